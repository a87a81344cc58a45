#!/usr/bin/env python3
"""Finds accessibility errors in HTML that a machine can see.

    check_html.py [--fragment] [--json] FILE...

Reads the files, fetches nothing. Levels: error (certain), review (look at it).
Exit status: 0 no errors, 1 errors, 2 a file cannot be read.
"""

import argparse
import json
import signal
import sys
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Elements whose end tag may be left out; a new one closes the open one.
CLOSES = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "p": {"p"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"}, "option": {"option"}}
NATIVE = {"a", "button", "input", "select", "textarea", "summary", "option", "label", "details", "area", "video", "audio"}
UNLABELLED_INPUTS = {"hidden", "submit", "reset", "button", "image"}
VAGUE = {"click here", "here", "read more", "more", "link", "details", "this", "learn more"}
FILE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


class Element:
    def __init__(self, tag, attributes, line, parent):
        self.tag, self.attributes, self.line, self.parent = tag, attributes, line, parent
        self.text = []
        self.children = []

    def get(self, name):
        return (self.attributes.get(name) or "").strip()

    def has(self, name):
        return name in self.attributes

    def ancestors(self):
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def is_hidden(self):
        return any(element.get("aria-hidden") == "true" or element.has("hidden") for element in (self, *self.ancestors()))

    def name_from_content(self):
        parts = list(self.text)
        for child in self.children:
            if child.get("aria-hidden") == "true":
                continue
            if child.tag == "img":
                parts.append(child.get("alt"))
            elif child.get("aria-label"):
                parts.append(child.get("aria-label"))
            else:
                parts.append(child.name_from_content())
        return " ".join(" ".join(parts).split())

    def has_name(self):
        return bool(self.get("aria-label") or self.get("aria-labelledby") or self.get("title") or self.name_from_content())


class Document(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {}, 1, None)
        self.open = self.root
        self.elements = []

    def handle_starttag(self, tag, attrs):
        closing = CLOSES.get(tag, set())
        if self.open.tag in closing:
            self.open = self.open.parent
        element = Element(tag, dict(attrs), self.getpos()[0], self.open)
        self.open.children.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        # In SVG `<path/>` is closed; in HTML the slash of `<div/>` means nothing.
        if tag not in VOID and any(element.tag in ("svg", "math") for element in (self.open, *self.open.ancestors())):
            self.open = self.open.parent

    def handle_endtag(self, tag):
        element = self.open
        while element is not self.root and element.tag != tag:
            element = element.parent
        if element is not self.root:
            self.open = element.parent

    def handle_data(self, data):
        if self.open.tag not in ("script", "style"):
            self.open.text.append(data)


def check(text, is_fragment):
    document = Document()
    document.feed(text)
    document.close()
    elements = [element for element in document.elements if not any(ancestor.tag == "template" for ancestor in element.ancestors())]
    by_tag = {}
    for element in elements:
        by_tag.setdefault(element.tag, []).append(element)
    found = []

    def report(element, level, rule, text, criterion):
        found.append((element.line if element else 1, level, rule, text, criterion))

    if not is_fragment:
        page = (by_tag.get("html") or [None])[0]
        if page is None or not page.get("lang"):
            report(page, "error", "page-language", "<html> has no lang", "3.1.1")
        titles = [title for title in by_tag.get("title", []) if title.parent.tag != "svg"]
        if not any(title.name_from_content() for title in titles):
            report(page, "error", "page-title", "the page has no title", "2.4.2")
        if not by_tag.get("main") and not any(element.get("role") == "main" for element in elements):
            report(page, "review", "main-landmark", "no <main>: is there another way to skip the navigation?", "2.4.1")
        if not by_tag.get("h1"):
            report(page, "review", "first-heading", "no <h1>", "2.4.6")
    for meta in by_tag.get("meta", []):
        content = meta.get("content").replace(" ", "").lower()
        if meta.get("name").lower() == "viewport" and ("user-scalable=no" in content or "maximum-scale=1" in content.replace(".0", "").split(",")):
            report(meta, "error", "zoom-blocked", "the viewport forbids zoom", "1.4.4")

    labels_for = {label.get("for") for label in by_tag.get("label", []) if label.get("for") and label.has_name()}
    ids, previous_level = {}, 0
    for element in elements:
        tag, role = element.tag, element.get("role")
        if element.get("id"):
            ids.setdefault(element.get("id"), []).append(element)
        if element.is_hidden():
            if element.get("aria-hidden") == "true" and (tag in ("button", "input", "select", "textarea") or (tag == "a" and element.has("href"))) and element.get("tabindex") != "-1":
                report(element, "error", "hidden-focus", f"<{tag}> is hidden from screen readers and can be focused", "4.1.2")
            continue

        if tag in ("img", "area") or (tag == "input" and element.get("type") == "image"):
            has_name = element.has("alt") or element.get("aria-label") or element.get("aria-labelledby") or role in ("presentation", "none")
            if not has_name:
                report(element, "error", "image-text", f"<{tag}> has no alt", "1.1.1")
            elif element.get("alt").lower().endswith(FILE_NAMES):
                report(element, "error", "image-text", f"alt is a file name: {element.get('alt')!r}", "1.1.1")
        elif tag == "svg" and role == "img" and not element.has_name():
            report(element, "error", "image-text", "<svg role=img> has no name", "1.1.1")
        elif tag == "iframe" and not element.get("title") and not element.get("aria-label"):
            report(element, "error", "frame-title", "<iframe> has no title", "4.1.2")
        elif tag in ("input", "select", "textarea") and element.get("type").lower() not in UNLABELLED_INPUTS:
            is_wrapped = any(ancestor.tag == "label" for ancestor in element.ancestors())
            if not (is_wrapped or element.get("id") in labels_for or element.get("aria-label") or element.get("aria-labelledby") or element.get("title")):
                hint = "; a placeholder is not a label" if element.get("placeholder") else ""
                report(element, "error", "field-label", f"<{tag}> has no label{hint}", "1.3.1, 4.1.2")
        elif tag == "button" or role == "button":
            if not element.has_name():
                report(element, "error", "button-name", f"<{tag}> acts as a button and has no name", "4.1.2")
        elif tag == "a" and element.has("href"):
            if not element.has_name():
                report(element, "error", "link-name", "a link has no text", "2.4.4")
            elif element.name_from_content().lower().rstrip(" .…>»") in VAGUE and not element.get("aria-label"):
                report(element, "review", "link-name", f"the link text {element.name_from_content()!r} does not say where it goes", "2.4.4")
        elif tag in ("video", "audio") and element.has("autoplay") and not element.has("muted"):
            report(element, "error", "autoplay", f"<{tag}> plays sound on its own", "1.4.2")
        if tag == "video" and not any(child.tag == "track" for child in element.children):
            report(element, "review", "captions", "<video> has no <track>: are there captions?", "1.2.2")
        if tag == "table" and role not in ("presentation", "none"):
            if not any(inner.tag == "th" or inner.get("role") in ("columnheader", "rowheader") for inner in elements if element in inner.ancestors()):
                report(element, "review", "table-headers", "<table> has no <th>: is it data?", "1.3.1")
        if tag in ("ul", "ol") and not role:
            for child in element.children:
                if child.tag not in ("li", "script", "template"):
                    report(child, "error", "list-children", f"<{child.tag}> is a child of <{tag}>, only <li> may be", "1.3.1")
        if (element.has("onclick") or element.has("@click") or element.has("on:click")) and tag not in NATIVE:
            if not role or not element.has("tabindex"):
                report(element, "error", "click-without-keyboard", f"<{tag}> has a click handler, and no role or tabindex: use <button>", "2.1.1, 4.1.2")
        tabindex = element.get("tabindex")
        if tabindex.isdigit() and int(tabindex) > 0:
            report(element, "error", "tab-order", f"tabindex={tabindex} overrides the order of reading", "2.4.3")
        if "outline:none" in element.get("style").replace(" ", "") or "outline:0" in element.get("style").replace(" ", ""):
            report(element, "review", "focus-visible", "the focus outline is removed", "2.4.7")

        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            level = int(tag[1])
            if not element.has_name():
                report(element, "error", "empty-heading", f"<{tag}> is empty", "2.4.6")
            if previous_level and level > previous_level + 1:
                report(element, "review", "heading-order", f"<{tag}> follows <h{previous_level}>", "1.3.1")
            previous_level = level

    for name, same in ids.items():
        if len(same) > 1:
            report(same[1], "error", "duplicate-id", f"id={name!r} occurs {len(same)} times", "4.1.2")
    for element in elements:
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            if attribute == "for" and element.tag != "label":
                continue
            for target in element.get(attribute).split():
                # A component may refer to an id of the page that it is put into.
                if target not in ids and "{" not in target:
                    level = "review" if is_fragment or attribute == "aria-controls" else "error"
                    report(element, level, "broken-reference", f"{attribute}={target!r} names no id of this file", "1.3.1")
    return sorted(found)


def main():
    parser = argparse.ArgumentParser(description="Finds accessibility errors in HTML that a machine can see.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--fragment", action="store_true", help="the files are parts of a page")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    results = []
    for name in arguments.files:
        try:
            text = Path(name).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            print(error, file=sys.stderr)
            return 2
        for line, level, rule, message, criterion in check(text, arguments.fragment):
            results.append({"file": name, "line": line, "level": level, "rule": rule, "text": message, "criterion": criterion})
    errors = sum(result["level"] == "error" for result in results)
    if arguments.json:
        json.dump(results, sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        for result in results:
            print("{file}:{line}: {level} {rule}: {text} ({criterion})".format(**result))
    print(f"{errors} errors, {len(results) - errors} to review", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    # `| head` should end the program quietly.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
