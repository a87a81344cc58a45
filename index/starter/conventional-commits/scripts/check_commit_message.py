#!/usr/bin/env python3
"""Checks commit messages against the Conventional Commits format.

    check_commit_message.py FILE            one message from a file
    check_commit_message.py -               one message from standard input
    check_commit_message.py --range A..B    every commit of a range

Exit status: 0 all good, 1 a message breaks a rule, 2 wrong use.
"""

import argparse
import re
import subprocess
import sys

TYPES = ("feat", "fix", "perf", "refactor", "docs", "test", "build", "ci", "style", "chore", "revert")
HEADER = re.compile(r"^(?P<type>[A-Za-z]+)(?:\((?P<scope>[^()]*)\))?(?P<breaking>!)?: ?(?P<summary>.*)$")
FOOTER = re.compile(r"^(?:[A-Za-z][A-Za-z-]*|BREAKING CHANGE)(?:: | #)\S")
LEFT_ALONE = ("Merge ", "fixup! ", "squash! ", "amend! ", 'Revert "')
MAX_HEADER = 72
MAX_BODY = 72
PAST_TENSE = re.compile(r"^(added|fixed|changed|removed|updated|renamed|moved|improved|made)\b", re.IGNORECASE)


def problems(message):
    # Git removes comment lines and everything below the scissors; so do we.
    message = message.split("# ------------------------ >8 ------------------------")[0]
    lines = [line.rstrip() for line in message.splitlines() if not line.startswith("#")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    if not lines:
        return ["the message is empty"]
    header = lines[0]
    if header.startswith(LEFT_ALONE):
        return []

    found = []
    match = HEADER.match(header)
    if match is None:
        return [f"the first line should read `type(scope): summary`, found {header!r}"]
    if match["type"] not in TYPES:
        found.append(f"unknown type `{match['type']}`, expected one of {', '.join(TYPES)}")
    if match["scope"] is not None and not match["scope"].strip():
        found.append("the scope is empty; leave the parentheses out")
    summary = match["summary"].strip()
    if not summary:
        found.append("the summary is empty")
    elif summary[0].isupper() and not summary.split()[0].isupper():
        found.append("the summary should start in lower case")
    if summary.endswith("."):
        found.append("the summary should not end with a full stop")
    if PAST_TENSE.match(summary):
        found.append("the summary should be imperative: `add`, not `added`")
    if len(header) > MAX_HEADER:
        found.append(f"the first line has {len(header)} characters, the limit is {MAX_HEADER}")
    if len(lines) > 1 and lines[1]:
        found.append("the second line should be blank")
    for number, line in enumerate(lines[2:], start=3):
        # Addresses and footers cannot be wrapped.
        if len(line) > MAX_BODY and "://" not in line and not FOOTER.match(line) and " " in line.strip():
            found.append(f"line {number} has {len(line)} characters, wrap it at {MAX_BODY}")
    has_footer = any(line.startswith(("BREAKING CHANGE: ", "BREAKING-CHANGE: ")) for line in lines)
    if match["breaking"] and not has_footer:
        found.append("`!` marks a breaking change, add a `BREAKING CHANGE:` footer that says how to migrate")
    if has_footer and not match["breaking"]:
        found.append("a `BREAKING CHANGE:` footer needs `!` before the colon of the first line")
    return found


def messages_of_range(revisions):
    if revisions.startswith("-"):
        raise SystemExit("a range does not start with a dash")
    log = subprocess.run(
        ["git", "log", "--no-merges", "--format=%h%x01%B%x00", revisions, "--"],
        capture_output=True, text=True, check=False,
    )
    if log.returncode != 0:
        print(log.stderr.strip(), file=sys.stderr)
        raise SystemExit(2)
    for record in log.stdout.split("\0"):
        if "\x01" in record:
            name, message = record.lstrip("\n").split("\x01", 1)
            yield name, message


def main():
    parser = argparse.ArgumentParser(description="Checks commit messages against the Conventional Commits format.")
    parser.add_argument("file", nargs="?", help="a file that holds one message, or - for standard input")
    parser.add_argument("--range", dest="revisions", help="check every commit of a range, for example origin/main..HEAD")
    arguments = parser.parse_args()
    if (arguments.file is None) == (arguments.revisions is None):
        parser.error("give either a file or --range")

    if arguments.revisions:
        messages = list(messages_of_range(arguments.revisions))
    elif arguments.file == "-":
        messages = [("message", sys.stdin.read())]
    else:
        try:
            with open(arguments.file, encoding="utf-8") as file:
                messages = [(arguments.file, file.read())]
        except OSError as error:
            parser.error(str(error))

    failed = 0
    for name, message in messages:
        found = problems(message)
        failed += bool(found)
        for problem in found:
            print(f"{name}: {problem}")
    print(f"{len(messages)} checked, {failed} with problems", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
