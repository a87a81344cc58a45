#!/usr/bin/env python3
"""Extracts the text of a PDF page by page, with OCR for pages that hold none.

    extract_pdf_text.py FILE [--layout] [--pages 2-5] [--ocr] [--language eng] [--output FILE]

Uses pdftotext (Poppler) if it is there, otherwise the Python package pypdf.
OCR uses pdftoppm and tesseract. Nothing is sent anywhere.

Exit status: 0 every page gave text, 1 some pages gave none, 2 wrong use or a missing tool.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# A page with fewer visible characters than this is taken for a picture:
# scans often carry a stamp or a page number as text.
FEWEST_CHARACTERS = 16
TIME_LIMIT_S = 300


def run(command):
    result = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT_S, check=False)
    if result.returncode != 0:
        reason = result.stderr.decode("utf-8", "replace").strip() or f"exit status {result.returncode}"
        raise Unusable(f"{command[0]} failed: {reason}")
    return result.stdout


class Unusable(Exception):
    """A message for the user; ends the program with status 2."""


def pages_with_poppler(path, layout):
    command = ["pdftotext", "-enc", "UTF-8", "-eol", "unix"]
    if layout:
        command.append("-layout")
    text = run([*command, str(path), "-"]).decode("utf-8", "replace")
    pages = text.split("\f")
    # pdftotext ends every page with a form feed, so the last part is empty.
    return pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages


def pages_with_pypdf(path, layout):
    try:
        from pypdf import PdfReader
    except ImportError:
        raise Unusable("neither pdftotext nor pypdf is installed; install poppler-utils, or the package pypdf") from None
    try:
        reader = PdfReader(str(path))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unusable("the file is encrypted; ask its owner for a copy that can be read")
        mode = "layout" if layout else "plain"
        return [page.extract_text(extraction_mode=mode) or "" for page in reader.pages]
    except Unusable:
        raise
    except Exception as error:  # pypdf raises many kinds for broken files
        raise Unusable(f"pypdf cannot read {path}: {error}") from None


def page_by_ocr(path, number, language, resolution):
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "page"
        run(["pdftoppm", "-f", str(number), "-l", str(number), "-r", str(resolution), "-png", "-singlefile", str(path), str(stem)])
        return run(["tesseract", f"{stem}.png", "stdout", "-l", language]).decode("utf-8", "replace")


def has_text(text):
    return len(re.sub(r"\s", "", text)) >= FEWEST_CHARACTERS


def wanted_pages(spec, count):
    if spec is None:
        return list(range(1, count + 1))
    match = re.fullmatch(r"(\d+)(?:-(\d*))?", spec)
    if match is None:
        raise Unusable(f"--pages should read `3`, `2-5` or `4-`, found `{spec}`")
    first = int(match[1])
    last = first if match[2] is None else int(match[2] or count)
    chosen = [number for number in range(first, last + 1) if 1 <= number <= count]
    if not chosen:
        raise Unusable(f"--pages {spec} selects nothing, the document has {count} pages")
    return chosen


def extract(arguments):
    path = Path(arguments.file)
    if not path.is_file():
        raise Unusable(f"no such file: {path}")
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Unusable(f"{path} is not a PDF")
    if arguments.ocr:
        missing = [tool for tool in ("pdftoppm", "tesseract") if shutil.which(tool) is None]
        if missing:
            raise Unusable(f"OCR needs {' and '.join(missing)}; install poppler-utils and tesseract-ocr")

    read = pages_with_poppler if shutil.which("pdftotext") else pages_with_pypdf
    # A path that starts with a dash must not be read as an option.
    pages = read(path.resolve(), arguments.layout)
    kinds = {"text": [], "ocr": [], "no text": []}
    parts = []
    for number in wanted_pages(arguments.pages, len(pages)):
        text = pages[number - 1]
        kind = "text" if has_text(text) else "no text"
        if arguments.ocr and (kind == "no text" or arguments.ocr_all):
            recognised = page_by_ocr(path.resolve(), number, arguments.language, arguments.resolution)
            if has_text(recognised):
                text, kind = recognised, "ocr"
        kinds[kind].append(number)
        parts.append(f"=== page {number} of {len(pages)} ({kind}) ===\n{text.strip()}\n")
    return "\n".join(parts), kinds


def main():
    parser = argparse.ArgumentParser(description="Extracts the text of a PDF page by page, with OCR for pages that hold none.")
    parser.add_argument("file")
    parser.add_argument("--layout", action="store_true", help="keep the positions of words, for tables and forms")
    parser.add_argument("--pages", help="a page or a range: 3, 2-5, 4-")
    parser.add_argument("--ocr", action="store_true", help="recognise pages that hold no text")
    parser.add_argument("--ocr-all", action="store_true", help="with --ocr: recognise every page, for fonts without a map to Unicode")
    parser.add_argument("--language", default="eng", help="language of the document for tesseract, for example eng, deu, chi_sim+eng")
    parser.add_argument("--resolution", type=int, default=300, help="dots per inch for OCR (default 300)")
    parser.add_argument("--output", help="write here instead of standard output")
    arguments = parser.parse_args()
    try:
        text, kinds = extract(arguments)
    except (Unusable, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return 2

    if arguments.output:
        Path(arguments.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    for kind, numbers in kinds.items():
        if numbers:
            print(f"{kind}: {len(numbers)} page(s): {', '.join(map(str, numbers))}", file=sys.stderr)
    if kinds["no text"] and not arguments.ocr:
        print("pages without text may be scans: run again with --ocr", file=sys.stderr)
    return 1 if kinds["no text"] else 0


if __name__ == "__main__":
    sys.exit(main())
