#!/usr/bin/env python3
"""Drafts a changelog section from the commits of a git range.

    draft_changelog.py v1.4.0..HEAD [--version 1.5.0] [--date 2025-03-14]

Prints Markdown; changes nothing. Commits that users do not see (docs, test, ci …)
are counted on standard error, commits in another form are listed under "To place".
Exit status: 0 drafted, 2 wrong use or git failed.
"""

import argparse
import datetime
import re
import subprocess
import sys

HEADER = re.compile(r"^(?P<type>[a-z]+)(?:\((?P<scope>[^()]*)\))?(?P<breaking>!)?: *(?P<summary>.+)$", re.IGNORECASE)
REFERENCE = re.compile(r"#(\d+)")
CLOSING = re.compile(r"^(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?)(?::| )\s*(.+)$", re.IGNORECASE | re.MULTILINE)
BREAKING = re.compile(r"^BREAKING[ -]CHANGE: *(.+(?:\n(?![A-Z][A-Za-z-]*: |\n).+)*)", re.MULTILINE)
SECTION_OF = {"feat": "Added", "fix": "Fixed", "perf": "Changed", "revert": "Removed", "deprecate": "Deprecated", "security": "Security"}
SECTIONS = ("Changed", "Added", "Deprecated", "Removed", "Fixed", "Security", "To place")
UNSEEN = {"docs", "test", "tests", "ci", "chore", "style", "refactor", "build"}


def commits(revisions):
    log = subprocess.run(
        ["git", "log", "--no-merges", "--reverse", "--format=%h%x01%B%x00", revisions, "--"],
        capture_output=True, text=True, check=False,
    )
    if log.returncode != 0:
        raise RuntimeError(log.stderr.strip())
    for record in log.stdout.split("\0"):
        if "\x01" in record:
            name, message = record.lstrip("\n").split("\x01", 1)
            yield name, message.strip()


def sentence(text):
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def entry(name, message):
    """Returns (section, line), or None for what users do not see."""
    header, _, body = message.partition("\n")
    match = HEADER.match(header)
    references = []
    for text in [header, *(found[1] for found in CLOSING.finditer(body))]:
        references += [f"#{number}" for number in REFERENCE.findall(text) if f"#{number}" not in references]
    suffix = f" ({', '.join(references) or name})"
    if match is None:
        return "To place", f"- {sentence(header)}{suffix}"
    breaking = BREAKING.search(body)
    summary = re.sub(r"\s*\(#\d+\)$", "", match["summary"])
    scope = f"`{match['scope']}`: " if match["scope"] else ""
    if match["breaking"] or breaking:
        note = " " + sentence(" ".join(breaking[1].split())) if breaking else " TODO: say what to do."
        return "Changed", f"- **Breaking:** {scope}{sentence(summary)}{note}{suffix}"
    kind = match["type"].lower()
    if kind in UNSEEN:
        return None
    return SECTION_OF.get(kind, "To place"), f"- {scope}{sentence(summary)}{suffix}"


def main():
    parser = argparse.ArgumentParser(description="Drafts a changelog section from the commits of a git range.")
    parser.add_argument("range", help="for example v1.4.0..HEAD")
    parser.add_argument("--version", help="heading of the section; Unreleased if left out")
    parser.add_argument("--date", help="date of the release (default: today)")
    arguments = parser.parse_args()
    if arguments.range.startswith("-"):
        parser.error("a range does not start with a dash")

    sections = {section: [] for section in SECTIONS}
    unseen = 0
    try:
        for name, message in commits(arguments.range):
            found = entry(name, message)
            if found is None:
                unseen += 1
            else:
                sections[found[0]].append(found[1])
    except (RuntimeError, OSError) as error:
        print(f"git log failed: {error}", file=sys.stderr)
        return 2

    date = arguments.date or datetime.date.today().isoformat()
    print(f"## [{arguments.version}] - {date}" if arguments.version else "## [Unreleased]")
    for section, lines in sections.items():
        if lines:
            lines.sort(key=lambda line: not line.startswith("- **Breaking:**"))
            print(f"\n### {section}")
            print("\n".join(lines))
    print(f"{sum(map(len, sections.values()))} entries, {unseen} commits left out that users do not see", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
