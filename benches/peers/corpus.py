"""The documents and queries that every engine gets: one document a cluster of copies."""

import gzip
import hashlib
import io
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import zstandard

# What `POST /discover` takes; every engine gets the same text.
QUERY_CHARACTERS = 500
FIELD = re.compile(r"^(name|description):[ \t]*(.*)$")


@dataclass
class Document:
    id: str
    name: str
    description: str
    body: str
    row: dict


@dataclass
class Query:
    text: str
    family: str
    relevant: set


def rows(path):
    """Yields the rows of a corpus file (`../shared/corpus/README.md`), one at a time."""
    with open(path, "rb") as file:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file)
        for line in io.TextIOWrapper(reader, encoding="utf-8"):
            yield json.loads(line)


def split_content(content):
    """Splits a SKILL.md into name, description and body, as forgivingly as a crawler would."""
    text = content.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.startswith("---\n") or (end := text.find("\n---", 4)) < 0:
        return "", "", text
    fields, current = {}, None
    for line in text[4:end].split("\n"):
        if match := FIELD.match(line):
            current = match[1]
            fields[current] = [match[2].strip()]
        elif current and line[:1] in (" ", "\t"):
            fields[current].append(line.strip())
        else:
            current = None
    values = {key: clean(" ".join(parts)) for key, parts in fields.items()}
    body = text[end + 4 :]
    return values.get("name", ""), values.get("description", ""), body.partition("\n")[2]


def clean(value):
    """Takes the marks of a YAML block (`>-`, `|`) and quotes off a value."""
    value = re.sub(r"^[>|][+-]?\s*", "", value.strip())
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value


def documents(shared):
    """Reads the representative of each cluster, in the order of the clusters."""
    with gzip.open(Path(shared) / "retrieval/clusters.jsonl.gz", "rt") as file:
        wanted = [json.loads(line)["_id"] for line in file]
    found, missing = {}, set(wanted)
    for name in ("skills.jsonl.zst", "skills-more.jsonl.zst"):
        for row in rows(Path(shared) / "corpus" / name):
            key = row["sha256"][:16]
            if key in missing:
                missing.discard(key)
                found[key] = Document(key, *split_content(row["content"]), row)
    return [found[key] for key in wanted if key in found]


def queries(shared, folder="skill-evals"):
    """Reads judged queries and the clusters that answer each."""
    folder = Path(shared) / "retrieval" / folder
    relevant = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, score = line.split("\t")
        if int(score) > 0:
            relevant.setdefault(query, set()).add(document)
    read = (json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines())
    return [
        Query(row["text"][:QUERY_CHARACTERS], row.get("family", ""), relevant[row["_id"]])
        for row in read
        if row["_id"] in relevant
    ]


def ndcg_at_10(ranking, relevant):
    """nDCG of the first ten with judgements of yes or no (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 2) for rank, document in enumerate(ranking[:10]) if document in relevant)
    best = sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))
    return gain / best


def recall_at_10(ranking, relevant):
    return len(relevant.intersection(ranking[:10])) / len(relevant)


def digest_of(texts):
    """A name for a list of texts, so that what was computed from it is not taken for another's."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:16]
