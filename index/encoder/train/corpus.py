"""Reads a corpus file: one document for each cluster of equal or nearly equal skills."""

import gzip
import json
import re
import subprocess

import yaml


def rows(path):
    """Yields the rows of a `.jsonl.zst` file; needs the program zstd."""
    process = subprocess.Popen(["zstd", "-dc", "--long=27", path], stdout=subprocess.PIPE)
    for line in process.stdout:
        yield json.loads(line)


def split(text):
    """Splits a SKILL.md into its frontmatter and its body."""
    text = text.lstrip("\ufeff")
    end = re.search(r"\n---[ \t]*\r?(\n|$)", text) if text.startswith("---") else None
    return (text[3 : end.start()], text[end.end() :]) if end else ("", text)


def metadata(frontmatter):
    """Reads the frontmatter; of one that is no YAML, the lines of name and description."""
    try:
        data = yaml.load(frontmatter, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if isinstance(data, dict):
            return data
    except yaml.YAMLError:
        pass
    found = re.finditer(r"(?m)^(name|description):[ \t]*(.*(?:\n[ \t]+.*)*)", frontmatter)
    return {match.group(1): match.group(2).strip().strip("\"'>|-").strip() for match in found}


def documents(paths, clusters):
    """Returns the documents by the id of their cluster.

    `clusters` is a gzipped list of `{"_id", "members"}`; a skill that is in none stands alone.
    """
    cluster_of = {}
    with gzip.open(clusters, "rt") as lines:
        for line in lines:
            cluster = json.loads(line)
            cluster_of.update((member, cluster["_id"]) for member in cluster["members"])
    found = {}
    for path in paths:
        for row in rows(path):
            digest = row["sha256"]
            key = cluster_of.get(digest, digest[:16])
            repository = row.get("upstream_repo") or row["repo"]
            document = found.get(key)
            if document is None or digest[:16] == key:
                frontmatter, body = split(row["content"])
                data = metadata(frontmatter)
                parts = (row.get("upstream_path") or row["path"]).split("/")
                folder = parts[-2] if len(parts) > 1 else ""
                fresh = {
                    "id": key,
                    "name": str(data.get("name") or folder or repository.split("/")[-1]),
                    "description": str(data.get("description") or ""),
                    "body": body,
                    "folder": folder,
                    "repository": repository,
                    "files": [file["path"] for file in row.get("siblings") or []],
                    "holders": document["holders"] if document else set(),
                }
                document = found[key] = fresh
            document["holders"].add(repository.lower())
    return found
