"""Writes the skills of the closed pool, copies included, as a corpus file of its own.

A transformer needs tens of milliseconds for a document on a laptop, so the evaluation through
fastembed runs on these few hundred documents instead of all. Run by `just onnx`.

    python pool.py SHARED OUT.jsonl
"""

import gzip
import hashlib
import io
import json
import sys
from pathlib import Path

import zstandard


def main() -> None:
    shared, out = Path(sys.argv[1]), Path(sys.argv[2])
    pool = set((shared / "retrieval/skill-evals-closed/pool.txt").read_text().split())
    members = set()
    with gzip.open(shared / "retrieval/clusters.jsonl.gz", "rt") as clusters:
        for line in clusters:
            cluster = json.loads(line)
            if cluster["_id"] in pool:
                members.update(cluster["members"])
    count = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(shared / "corpus/skills.jsonl.zst", "rb") as packed, open(out, "w", encoding="utf-8") as kept:
        rows = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding="utf-8")
        for line in rows:
            digest = hashlib.sha256(json.loads(line)["content"].encode()).hexdigest()
            if digest in members:
                kept.write(line)
                count += 1
    print(f"wrote {out}: {count} skills")


if __name__ == "__main__":
    main()
