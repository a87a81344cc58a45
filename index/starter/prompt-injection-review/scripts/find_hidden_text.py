#!/usr/bin/env python3
"""Lists text that a model reads and a person does not see.

    find_hidden_text.py PATH... [--json]

HTML comments, hidden elements, link-reference comments, invisible characters,
bidirectional controls, long encoded runs, text behind many blanks. It says what is
there; whether it is harmful is for the reader to judge. Nothing is decoded and run.
Exit status: 0 nothing found, 1 findings, 2 wrong use.
"""

import argparse
import json
import re
import sys
import unicodedata
from pathlib import Path

HIDDEN_STYLE = re.compile(
    r"<[^>]*(?:style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|color\s*:\s*(?:#fff(?:fff)?\b|white))"
    r"|\s(?:hidden|aria-hidden\s*=\s*[\"']true[\"']))[^>]*>([^<]{0,400})",
    re.IGNORECASE,
)
PATTERNS = [
    ("HTML comment", re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)),
    ("link-reference comment", re.compile(r"^\[(?://|comment|_metadata_)[^\]]*\]:\s*#?\s*(.+)$", re.MULTILINE)),
    ("hidden element", HIDDEN_STYLE),
    ("text behind many blanks", re.compile(r"[ \t]{80,}(\S[^\n]*)")),
    ("text behind many empty lines", re.compile(r"(?:[ \t]*\n){60,}[ \t]*(\S[^\n]*)")),
    ("long encoded run", re.compile(r"(?<![\w+/=])((?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])(?=[\w+/]*\d)[A-Za-z0-9+/]{80,}={0,2})(?![\w+/=])")),
]
BIDI = set(range(0x202A, 0x202F)) | set(range(0x2066, 0x206A))
ZERO_WIDTH = {0x200B, 0x2060, 0x180E, 0x2061, 0x2062, 0x2063, 0x2064}
SHOWN = 120
LARGEST_FILE = 4 * 1024 * 1024


def kind_of(code):
    if 0xE0000 <= code <= 0xE007F:
        return "tag character"
    if 0xE0100 <= code <= 0xE01EF:
        return "variation selector"
    if code in BIDI:
        return "bidirectional control"
    if code in ZERO_WIDTH:
        return "zero-width character"
    return None


def invisible(text):
    """Yields (offset, kind, description) for each run of invisible characters."""
    at = 0
    in_flag = False
    while at < len(text):
        code = ord(text[at])
        kind = kind_of(code)
        if kind is None:
            # Flags of regions are a black flag and tag letters, closed by U+E007F.
            in_flag = code == 0x1F3F4
            at += 1
            continue
        start = at
        while at < len(text) and kind_of(ord(text[at])) == kind:
            at += 1
        run = text[start:at]
        is_flag = in_flag and kind == "tag character" and ord(run[-1]) == 0xE007F and len(run) <= 7
        in_flag = False
        if is_flag:
            continue
        if kind == "tag character":
            spelled = "".join(chr(ord(character) - 0xE0000) for character in run if 0xE0020 <= ord(character) <= 0xE007E)
            yield start, kind, f"{len(run)} characters that spell {spelled!r}"
        else:
            names = ", ".join(f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip() for character in run[:4])
            yield start, kind, names + (f" and {len(run) - 4} more" if len(run) > 4 else "")


def findings_of(text):
    def line_of(offset):
        return text.count("\n", 0, offset) + 1

    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            hidden = " ".join(match[1].split())
            if hidden:
                yield line_of(match.start()), kind, hidden
    for offset, kind, description in invisible(text):
        yield line_of(offset), kind, description


def files_of(path):
    if path.is_symlink():
        return
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if child.name not in (".git", "node_modules"):
                yield from files_of(child)
    elif path.is_file() and path.stat().st_size <= LARGEST_FILE:
        yield path


def main():
    parser = argparse.ArgumentParser(description="Lists text that a model reads and a person does not see.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    results = []
    for path in arguments.paths:
        if not path.exists():
            parser.error(f"no such file or folder: {path}")
        for file in files_of(path):
            data = file.read_bytes()
            encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            if encoding != "utf-16" and b"\0" in data[:8192]:
                continue
            for line, kind, text in sorted(findings_of(data.decode(encoding, "replace"))):
                shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
                # Author text must not be able to draw on the terminal.
                shown = "".join(character if character.isprintable() else f"\\u{{{ord(character):x}}}" for character in shown)
                results.append({"file": str(file), "line": line, "kind": kind, "text": shown})
    if arguments.json:
        json.dump(results, sys.stdout, indent=2, ensure_ascii=True)
        print()
    else:
        for result in results:
            print("{file}:{line}: {kind}: {text}".format(**result))
    print(f"{len(results)} finding(s)", file=sys.stderr)
    return 1 if results else 0


if __name__ == "__main__":
    sys.exit(main())
