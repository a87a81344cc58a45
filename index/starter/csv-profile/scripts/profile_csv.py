#!/usr/bin/env python3
"""Profiles a CSV file: shape, types, missing values, duplicates, odd cells.

    profile_csv.py FILE [--delimiter ,] [--encoding utf-8] [--key a,b] [--no-values] [--json]

Reads the file as a stream and uses the standard library only.
Exit status: 0 profiled, 2 the file cannot be read.
"""

import argparse
import codecs
import csv
import json
import math
import re
import signal
import sys
from collections import Counter
from hashlib import blake2b

MISSING = {"", "na", "n/a", "null", "none", "nan", "-", "--", "?", "#n/a", "nil"}
DISTINCT_LIMIT = 100_000
NOTE_LIMIT = 5
INTEGER = re.compile(r"[+-]?\d+")
DECIMAL = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?")
DATES = {
    "YYYY-MM-DD": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "YYYY-MM-DD hh:mm": re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"),
    "D/M/Y or M/D/Y": re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}"),
    "D.M.Y": re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}"),
    "Y/M/D": re.compile(r"\d{4}/\d{1,2}/\d{1,2}"),
}
BOOLEANS = {"true", "false", "yes", "no", "t", "f", "y", "n"}


def kind_of(value):
    if value.lower() in BOOLEANS:
        return "boolean"
    if INTEGER.fullmatch(value):
        return "integer"
    if DECIMAL.fullmatch(value):
        return "decimal"
    if any(pattern.fullmatch(value) for pattern in DATES.values()):
        return "date"
    return "text"


class Column:
    def __init__(self, name):
        self.name = name
        self.count = self.missing = self.padded = self.formulas = self.leading_zeros = self.long_digits = 0
        self.kinds, self.date_formats, self.values = Counter(), Counter(), Counter()
        self.is_full = False
        self.number_count, self.mean, self.squares = 0, 0.0, 0.0
        self.smallest = self.largest = None
        self.shortest = self.longest = None
        self.odd = {}

    def add(self, cell):
        self.count += 1
        value = cell.strip()
        self.padded += value != cell
        if value.lower() in MISSING:
            self.missing += 1
            return
        kind = kind_of(value)
        self.kinds[kind] += 1
        self.odd.setdefault(kind, value)
        length = len(value)
        self.shortest = length if self.shortest is None else min(self.shortest, length)
        self.longest = length if self.longest is None else max(self.longest, length)
        if value in self.values or len(self.values) < DISTINCT_LIMIT:
            self.values[value] += 1
        else:
            self.is_full = True
        if kind == "integer":
            digits = value.lstrip("+-")
            self.leading_zeros += len(digits) > 1 and digits[0] == "0"
            self.long_digits += len(digits) > 15
        if kind in ("integer", "decimal"):
            self.add_number(float(value))
        elif kind == "date":
            for name, pattern in DATES.items():
                if pattern.fullmatch(value):
                    self.date_formats[name] += 1
                    break
        # A minus before a number is a number, before anything else it may be a formula.
        elif value[0] in "=+-@" and length > 1:
            self.formulas += 1

    def add_number(self, number):
        # Welford's method: one pass, no cancellation.
        if not math.isfinite(number):
            return
        self.number_count += 1
        delta = number - self.mean
        self.mean += delta / self.number_count
        self.squares += delta * (number - self.mean)
        self.smallest = number if self.smallest is None else min(self.smallest, number)
        self.largest = number if self.largest is None else max(self.largest, number)

    def deviation(self):
        return math.sqrt(self.squares / (self.number_count - 1)) if self.number_count > 1 else 0.0

    def kind(self):
        if not self.kinds:
            return "empty"
        kinds = set(self.kinds)
        if kinds == {"integer", "decimal"}:
            return "decimal"
        return kinds.pop() if len(kinds) == 1 else "mixed"

    def is_identifier(self):
        return self.leading_zeros > 0 or self.long_digits > 0

    def notes(self, show_values):
        def example(text):
            return f", for example {text!r}" if show_values else ""

        filled = self.count - self.missing
        if self.count and not filled:
            yield "100 % missing"
        elif filled > 1 and len(self.values) == 1:
            yield "one value in every row" + example(next(iter(self.values)))
        if self.kind() == "mixed":
            # The text among numbers is what a reader wants to see.
            rare = self.kinds.most_common()[-1][0] if self.kinds.most_common(1)[0][0] == "text" or "text" not in self.kinds else "text"
            listed = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
            yield f"mixed types: {listed}" + example(self.odd[rare])
        if self.leading_zeros:
            yield "looks like an identifier (leading zeros), keep it as text"
        elif self.long_digits:
            yield "looks like an identifier (more than 15 digits, a float would round it), keep it as text"
        if self.padded:
            yield f"blanks around values in {self.padded} cell(s)"
        if len(self.date_formats) > 1:
            yield "dates in several formats: " + ", ".join(f"{count} {name}" for name, count in self.date_formats.most_common())
        elif "D/M/Y or M/D/Y" in self.date_formats:
            yield "dates with slashes: whether day or month comes first is not in the file"
        if self.formulas:
            yield f"{self.formulas} cell(s) start with = + - @ and may be a formula in a spreadsheet"
        deviation = self.deviation()
        if self.number_count >= 20 and deviation and not self.is_identifier():
            for number in (self.smallest, self.largest):
                if abs(number - self.mean) > 6 * deviation:
                    yield f"values far outside: {number:g} is {abs(number - self.mean) / deviation:.0f} deviations from the mean"

    def summary(self, show_values):
        result = {
            "name": self.name,
            "type": self.kind(),
            "missing": self.missing,
            "distinct": len(self.values),
            "distinct_is_at_least": self.is_full,
        }
        if self.number_count and not self.is_identifier():
            result |= {"min": self.smallest, "max": self.largest, "mean": self.mean, "deviation": self.deviation()}
        elif self.longest is not None:
            result |= {"min_length": self.shortest, "max_length": self.longest}
        if show_values:
            result["most_common"] = [{"value": value, "count": count} for value, count in self.values.most_common(3)]
        return result


def detect_encoding(path):
    with open(path, "rb") as file:
        head = file.read(4)
        for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
            if head.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            return "cp1252"


def detect_delimiter(path, encoding):
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(64 * 1024)
    best, best_score = ",", 0.0
    for delimiter in ",;\t|":
        widths = [len(row) for row in csv.reader(sample.splitlines()[:200], delimiter=delimiter) if row]
        if not widths:
            continue
        width, agreeing = Counter(widths).most_common(1)[0]
        # The right delimiter gives many rows of one width greater than one.
        score = agreeing / len(widths) * (width > 1) + width / 10_000
        if score > best_score and width > 1:
            best, best_score = delimiter, score
    return best


def profile(path, delimiter, encoding, key, show_values):
    notes = []
    if encoding is None:
        encoding = detect_encoding(path)
        if encoding == "cp1252":
            notes.append("not valid UTF-8; read as cp1252, check letters with accents")
    delimiter = delimiter or detect_delimiter(path, encoding)
    ragged = duplicate_rows = replaced = rows = 0
    seen_rows, seen_keys, key_duplicates = set(), set(), Counter()
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        header = next(reader, None)
        if header is None:
            return {"path": path, "rows": 0, "columns": [], "notes": ["the file is empty"], "encoding": encoding, "delimiter": delimiter}
        names = [name.strip() for name in header]
        for name, count in Counter(names).items():
            if count > 1:
                notes.append(f"the header names {name!r} {count} times")
        if "" in names:
            notes.append("the header has a column without a name")
        if any(names) and all(kind_of(name) in ("integer", "decimal", "date") for name in names if name):
            notes.append("the first row looks like data: is there a header?")
        missing_keys = [name for name in key if name not in names]
        if missing_keys:
            raise ValueError(f"no column named {', '.join(missing_keys)}; the columns are {', '.join(names)}")
        positions = [names.index(name) for name in key]
        columns = [Column(name) for name in names]
        for row in reader:
            if not row:
                continue
            rows += 1
            if row == header:
                notes.append(f"line {reader.line_num}: the header is repeated")
            if len(row) != len(names):
                ragged += 1
                if ragged <= NOTE_LIMIT:
                    notes.append(f"line {reader.line_num}: {len(row)} fields instead of {len(names)}")
            replaced += any("\ufffd" in cell for cell in row)
            digest = blake2b("\x1f".join(row).encode("utf-8", "replace"), digest_size=8).digest()
            duplicate_rows += digest in seen_rows
            seen_rows.add(digest)
            if positions and len(row) > max(positions):
                value = " | ".join(row[position].strip() for position in positions)
                digest = blake2b(value.encode("utf-8", "replace"), digest_size=8).digest()
                if digest in seen_keys:
                    key_duplicates[value] += 1
                seen_keys.add(digest)
            for column, cell in zip(columns, row):
                column.add(cell)
    if ragged > NOTE_LIMIT:
        notes.append(f"{ragged} ragged rows in all")
    if duplicate_rows:
        notes.append(f"{duplicate_rows} row(s) repeat an earlier row exactly")
    if replaced:
        notes.append(f"{replaced} row(s) hold characters that could not be decoded")
    if key_duplicates:
        example = f", for example {next(iter(key_duplicates))!r}" if show_values else ""
        notes.append(f"key {','.join(key)}: {len(key_duplicates)} duplicate value(s){example}")
    elif key:
        notes.append(f"key {','.join(key)}: unique")
    for column in columns:
        notes.extend(f"{column.name or '(no name)'}: {note}" for note in column.notes(show_values))
    return {
        "path": path, "rows": rows, "encoding": encoding, "delimiter": delimiter, "ragged_rows": ragged,
        "duplicate_rows": duplicate_rows, "notes": notes, "columns": [column.summary(show_values) for column in columns],
    }


def print_report(report):
    print(f"{report['path']}: {report['rows']} rows, {len(report['columns'])} columns, {report['encoding']}, delimiter {report['delimiter']!r}")
    if report["notes"]:
        print("Notes")
        for note in report["notes"]:
            print(f"  - {note}")
    print("Columns")
    width = max([len(column["name"]) for column in report["columns"]] + [4])
    for column in report["columns"]:
        share = 100 * column["missing"] / report["rows"] if report["rows"] else 0
        parts = [f"{column['type']:8}", f"missing {share:.1f} %", f"distinct {'>=' if column['distinct_is_at_least'] else ''}{column['distinct']}"]
        if "mean" in column:
            parts.append(f"{column['min']:g} to {column['max']:g}, mean {column['mean']:g}")
        elif "max_length" in column:
            parts.append(f"length {column['min_length']} to {column['max_length']}")
        if column.get("most_common"):
            parts.append("top " + ", ".join(f"{entry['value'][:24]!r}×{entry['count']}" for entry in column["most_common"]))
        print(f"  {column['name']:{width}}  {'; '.join(parts)}")


def main():
    parser = argparse.ArgumentParser(description="Profiles a CSV file: shape, types, missing values, duplicates, odd cells.")
    parser.add_argument("file")
    parser.add_argument("--delimiter", help="one character; guessed if left out (\\t for a tab)")
    parser.add_argument("--encoding", help="guessed if left out")
    parser.add_argument("--key", default="", help="columns that should be unique together, separated by commas")
    parser.add_argument("--no-values", action="store_true", help="leave example values out, for personal data")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    csv.field_size_limit(16 * 1024 * 1024)
    delimiter = "\t" if arguments.delimiter == "\\t" else arguments.delimiter
    key = [name.strip() for name in arguments.key.split(",") if name.strip()]
    try:
        report = profile(arguments.file, delimiter, arguments.encoding, key, not arguments.no_values)
    except (OSError, ValueError, LookupError, TypeError, csv.Error) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print_report(report)
    return 0


if __name__ == "__main__":
    # `| head` should end the program quietly.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
