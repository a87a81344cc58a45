#!/usr/bin/env python3
"""Groups the lines of a log into patterns and counts them.

    summarise_log.py FILE... [--top 40] [--baseline FILE] [--grep REGEX] [--histogram] [--json]

`-` is standard input; files that end in .gz are unpacked while reading. Lines of a
stack trace count with the line that they belong to. JSON lines are read by their
usual fields (time, level, msg).
Exit status: 0 done, 2 a file cannot be read or the expression is wrong.
"""

import argparse
import gzip
import json
import re
import signal
import sys
from collections import Counter

# In this order: what is more special comes first.
MASKS = [
    (re.compile(r"https?://[^\s\"'<>]+"), "<url>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<uuid>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), "<mail>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<ip>"),
    (re.compile(r"\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b"), "<ip>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "<hex>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{7,}\b"), "<hex>"),
    (re.compile(r'"[^"]{0,400}"'), '"<text>"'),
    (re.compile(r"'[^'\s][^']{0,200}'"), "'<text>'"),
    (re.compile(r"\b[A-Za-z]{1,12}[-_](?=[0-9A-Za-z]*\d)[0-9A-Za-z]{4,}\b"), "<id>"),
    (re.compile(r"(?<![\w<])[+-]?\d+(?:[.,]\d+)*(?=[a-zA-Z%]{0,3}\b|\b|$)"), "<n>"),
]
TIME = re.compile(
    r"\[?(?P<time>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:[.,]\d+)?(?:Z|\s?[+-]\d{2}:?\d{2})?\]?"
    r"|\[?(?P<web>\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2})(?: [+-]\d{4})?\]?"
    r"|^(?P<syslog>[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2})"
)
LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|CRIT(?:ICAL)?|FATAL|PANIC|SEVERE)\b", re.IGNORECASE)
CONTINUATION = re.compile(r"^(?:\s+\S|Caused by:|Traceback |\.\.\. \d+ more)")
JSON_TIME, JSON_LEVEL, JSON_TEXT = ("time", "timestamp", "ts", "@timestamp"), ("level", "severity", "lvl"), ("msg", "message", "event", "error")
# Method, path and status of a request; the status is kept, because it is what one looks for.
REQUEST = re.compile(r"\"?\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) ([^\s?\"]+)(?:\?[^\s\"]*)?(?: HTTP/[\d.]+)?\"?(?: ([1-5]\d\d)\b)?")
LONGEST_LINE = 4000
MOST_PATTERNS = 50_000


def parse(line):
    """Returns (time, level, pattern) of a line; the first two may be empty."""
    line = line[:LONGEST_LINE]
    if line.startswith("{"):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict):
            def first(keys):
                return next((str(record[key]) for key in keys if record.get(key) not in (None, "")), "")
            text = first(JSON_TEXT) or " ".join(f"{key}={value}" for key, value in record.items() if key not in JSON_TIME + JSON_LEVEL)
            return first(JSON_TIME)[:19].replace(" ", "T"), first(JSON_LEVEL).upper(), mask(text)
    time = ""
    match = TIME.search(line[:120])
    if match:
        time = (match["time"] or match["web"] or match["syslog"]).replace(" ", "T", 1) if match["time"] else (match["web"] or match["syslog"])
        line = line[:match.start()] + line[match.end():]
    level = ""
    match = LEVEL.search(line[:80])
    if match:
        level = match[1].upper()
        line = line[:match.start()] + line[match.end():]
    return time, level, mask(line)


def mask(text):
    text = REQUEST.sub(lambda found: f"{found[1]} {found[2]}" + (f" <{found[3]}>" if found[3] else ""), text)
    for pattern, mark in MASKS:
        text = pattern.sub(mark, text)
    return " ".join(text.split()).strip(" :-|[]()") or "(empty)"


def lines_of(name):
    if name == "-":
        yield from sys.stdin
        return
    opener = gzip.open if name.endswith(".gz") else open
    with opener(name, "rt", encoding="utf-8", errors="replace") as file:
        yield from file


class Summary:
    def __init__(self):
        self.lines = self.events = self.left_out = 0
        self.counts, self.minutes = Counter(), Counter()
        self.levels, self.first, self.last, self.example = {}, {}, {}, {}

    def read(self, names, wanted):
        for name in names:
            for number, line in enumerate(lines_of(name), start=1):
                self.lines += 1
                line = line.rstrip("\r\n")
                if not line.strip() or CONTINUATION.match(line):
                    continue
                if wanted is not None and not wanted.search(line):
                    continue
                self.add(name, number, *parse(line))
        return self

    def add(self, name, number, time, level, pattern):
        self.events += 1
        if pattern not in self.counts and len(self.counts) >= MOST_PATTERNS:
            self.left_out += 1
            return
        self.counts[pattern] += 1
        self.example.setdefault(pattern, f"{name}:{number}")
        if level:
            self.levels.setdefault(pattern, level)
        if time:
            self.first.setdefault(pattern, time)
            self.last[pattern] = time
            self.minutes[time[:-3]] += 1

    def rows(self, baseline):
        for pattern, count in self.counts.most_common():
            row = {
                "count": count, "level": self.levels.get(pattern, ""), "pattern": pattern,
                "first": self.first.get(pattern, ""), "last": self.last.get(pattern, ""), "example": self.example[pattern],
            }
            if baseline is not None:
                row["before"] = baseline.counts.get(pattern, 0)
                # Shares, not counts: the two periods may differ in length. One is added against division by zero.
                row["factor"] = round((count + 1) / (self.events + 1) / ((row["before"] + 1) / (baseline.events + 1)), 2)
            yield row


def print_rows(rows, with_baseline):
    print(f"{'count':>8}  {'before':>8}  {'factor':>7}  " if with_baseline else f"{'count':>8}  ", end="")
    print(f"{'first':20} {'last':20} {'level':8} pattern")
    for row in rows:
        print(f"{row['count']:8}  " + (f"{row['before']:8}  {row['factor']:7}  " if with_baseline else ""), end="")
        print(f"{row['first'] or '-':20} {row['last'] or '-':20} {row['level'] or '-':8} {row['pattern'][:200]}  [{row['example']}]")


def main():
    parser = argparse.ArgumentParser(description="Groups the lines of a log into patterns and counts them.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--top", type=int, default=40, help="how many patterns to print (default 40)")
    parser.add_argument("--baseline", metavar="FILE", help="a log of a good period; sorts by how much a pattern grew")
    parser.add_argument("--grep", metavar="REGEX", help="only lines that match")
    parser.add_argument("--histogram", action="store_true", help="print events per minute")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        wanted = re.compile(arguments.grep) if arguments.grep else None
        summary = Summary().read(arguments.files, wanted)
        baseline = Summary().read([arguments.baseline], wanted) if arguments.baseline else None
    except (OSError, EOFError, re.error) as error:
        print(error, file=sys.stderr)
        return 2

    rows = list(summary.rows(baseline))
    stopped = []
    if baseline is not None:
        rows.sort(key=lambda row: (-row["factor"], -row["count"]))
        stopped = [{"before": count, "pattern": pattern} for pattern, count in baseline.counts.most_common() if pattern not in summary.counts][: arguments.top]
    if arguments.json:
        report = {"lines": summary.lines, "events": summary.events, "patterns": rows[: arguments.top], "stopped": stopped}
        if arguments.histogram:
            report["minutes"] = dict(sorted(summary.minutes.items()))
        json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
        print()
        return 0

    print(f"{summary.lines} lines, {summary.events} events, {len(summary.counts)} patterns")
    if summary.left_out:
        print(f"{summary.left_out} events of further patterns are not counted; narrow with --grep")
    print_rows(rows[: arguments.top], baseline is not None)
    if stopped:
        print("\nIn the baseline and not here:")
        for row in stopped:
            print(f"{row['before']:8}  {row['pattern'][:200]}")
    if arguments.histogram and summary.minutes:
        print("\nEvents per minute")
        most = max(summary.minutes.values())
        for minute, count in sorted(summary.minutes.items()):
            print(f"{minute:18} {count:8} {'#' * max(1, round(50 * count / most))}")
    return 0


if __name__ == "__main__":
    # `| head` should end the program quietly.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
