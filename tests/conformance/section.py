"""Writes one marked section of docs/conformance.md, and leaves the others as they are.

A section is what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
"""

from pathlib import Path


def write_section(document: Path, name: str, rows: list[tuple[str, str, str]]) -> None:
    """Replaces the table of a section; a row is what ran, its version, and what it said."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    table = "| suite | version | result |\n|---|---|---|\n"
    table += "".join(f"| {suite} | {version} | {result} |\n" for suite, version, result in rows)
    text = document.read_text()
    before, found, rest = text.partition(begin)
    if not found:
        raise SystemExit(f"{document} has no section {name}")
    after = rest.partition(end)[2]
    document.write_text(f"{before}{begin}\n{table}{end}{after}")
