#!/usr/bin/env python3
"""Finds what looks like a credential in a repository, and never prints the value.

    find_secrets.py FOLDER [--history] [--json]

Without --history: the files that git tracks or would add, or all files if FOLDER
is not a repository. Looks only inside FOLDER, follows no links, and uses no network.
A line that holds `allow-secret` is left out.
Exit status: 0 nothing found, 1 findings, 2 wrong use.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

# Shapes that providers publish, so that leaked keys can be recognised.
KINDS = [
    ("private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("AWS access key id", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("GitHub token", re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{60,})\b")),
    ("GitLab token", re.compile(r"\bglpat-[0-9A-Za-z_-]{20,}")),
    ("Slack token", re.compile(r"\bxox[abeprs]-[0-9A-Za-z-]{20,}")),
    ("Stripe live key", re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20,}\b")),
    ("Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("package token", re.compile(r"\b(?:npm_[0-9A-Za-z]{36}|pypi-[0-9A-Za-z_-]{50,})")),
    ("model provider key", re.compile(r"\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,}")),
    ("JSON web token", re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}")),
    ("password in an address", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@\"']{1,64}:(?P<value>[^\s:/@\"'<>{}$]{6,128})@[\w.-]+")),
]
PREFIXED = {kind for kind, _ in KINDS} - {"private key", "password in an address"}
ASSIGNMENT = re.compile(
    r"(?i)(?P<name>[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[\w.-]*)"
    r"[\"']?\s*(?::=|=>|=|:)\s*(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;]{8,200})(?P=quote)"
)
PLACEHOLDER = re.compile(
    r"(?i)example|sample|placeholder|changeme|change[_-]me|your[_-]|dummy|fake|redacted|xxxx|\*{3}|\.\.\.|todo|insert|<[^>]*>|\$\{|\{\{|%\(|^\$|"
    r"^(?:os\.|process\.|env[.(\[]|getenv|config|self\.|this\.|secrets?\.|vault|none|null|true|false|undefined|string|str\b|bytes)"
)
# Names that speak of a secret and hold none.
HARMLESS_NAME = re.compile(r"(?i)(?:token(?:izer|s|_count|_limit|_type|_url|_id)|max_tokens|secret_?name|key_?(?:name|path|file|id)|password_?(?:field|hash|reset|length|policy)|public)")
SKIPPED_NAMES = {"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock", "go.sum", "composer.lock"}
SKIPPED_FOLDERS = {".git", "node_modules", "target", "dist", "build", ".venv", "venv", "__pycache__"}
LARGEST_FILE = 2 * 1024 * 1024
LONGEST_LINE = 2000
ALLOWED = "allow-secret"


def entropy(value):
    """Returns bits for each character."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def secrets_of(line):
    """Yields (kind, value) for each thing in the line that looks like a credential."""
    if ALLOWED in line:
        return
    line = line[:LONGEST_LINE]
    seen = set()
    for kind, pattern in KINDS:
        for match in pattern.finditer(line):
            value = match.groupdict().get("value") or match[0]
            if kind == "private key" or not PLACEHOLDER.search(value):
                seen.add(value)
                yield kind, value
    for match in ASSIGNMENT.finditer(line):
        name, value = match["name"], match["value"]
        if any(value in other or other in value for other in seen) or PLACEHOLDER.search(value) or HARMLESS_NAME.search(name):
            continue
        # Calls, paths and lists of names are code; a credential is a run of varied characters.
        if re.search(r"[()\[\]]", value) or value.startswith(("/", "./", "http://", "https://")):
            continue
        has_digit, has_letter = re.search(r"\d", value), re.search(r"[A-Za-z]", value)
        if has_letter and (has_digit or match["quote"]) and entropy(value) >= (2.8 if match["quote"] else 3.2):
            yield f"value of {name}", value


def redact(kind, value):
    if kind == "private key":
        return "(header only)"
    # A provider's prefix is public and says where to rotate; of other values nothing is shown.
    shown = value[:4] + "…, " if kind in PREFIXED else ""
    return f"({shown}{len(value)} characters)"


def git(folder, *arguments):
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)


def files_of(folder):
    listed = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed.returncode == 0:
        for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
            if name:
                yield name
        return
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            yield str((Path(parent) / name).relative_to(folder))


def scan_files(folder):
    for name in files_of(folder):
        path = folder / name
        if path.name in SKIPPED_NAMES or path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            continue
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            for kind, value in secrets_of(line):
                yield f"{name}:{number}", kind, value


def scan_history(folder):
    """Looks at every line that any commit of any branch or tag added."""
    log = subprocess.Popen(
        ["git", "-C", str(folder), "log", "--all", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "-p", "--format=%x01%h %as"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    commit = name = ""
    for raw in log.stdout:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.startswith("\x01"):
            commit = line[1:]
        elif line.startswith("+++ "):
            name = line[6:] if line.startswith("+++ b/") else line[4:]
        elif line.startswith("+") and name.rsplit("/", 1)[-1] not in SKIPPED_NAMES:
            for kind, value in secrets_of(line[1:]):
                yield f"{name} in {commit}", kind, value
    if log.wait() != 0:
        raise OSError(log.stderr.read().decode("utf-8", "replace").strip())


def main():
    parser = argparse.ArgumentParser(description="Finds what looks like a credential in a repository, and never prints the value.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--history", action="store_true", help="look at every commit instead of the current files")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"no such folder: {arguments.folder}")

    findings, seen = [], set()
    try:
        for place, kind, value in (scan_history if arguments.history else scan_files)(arguments.folder):
            # One value in many commits is one thing to rotate.
            key = (value, kind, place.split(" in ")[0]) if arguments.history else (value, place)
            if key not in seen:
                seen.add(key)
                findings.append({"place": place, "kind": kind, "value": redact(kind, value)})
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.json:
        json.dump(findings, sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        for finding in findings:
            print("{place}: {kind}: {value}".format(**finding))
    print(f"{len(findings)} finding(s)", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
