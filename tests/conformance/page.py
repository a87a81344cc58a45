"""docs/conformance.md, of which each suite writes its own section."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
HEAD = """# Conformance

> What the suites and clients that others wrote say of this program.

`just` runs them; each section below is written by its recipe and names it. Nothing here is written by hand.
"""


def write_section(name: str, text: str) -> None:
    """Replaces the section, or adds it at the end; sections of others stay as they are."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    page = PAGE.read_text() if PAGE.exists() else HEAD
    section = f"{begin}\n{text.strip()}\n{end}"
    if begin in page:
        before, rest = page.split(begin, 1)
        page = before + section + rest.split(end, 1)[1]
    else:
        page = f"{page.rstrip()}\n\n{section}\n"
    PAGE.write_text(page)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Renders a table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
