"""One file an engine. Each has a class with

- `build(documents, vectors, folder)`: makes the index in an empty folder;
- a constructor that opens what was built in a folder;
- `client()`: what one thread asks through; its `search(text, vector)` gives the ids of the first ten;
- `process_ids()`: the processes of a server, none where the engine lives in ours.
"""

from importlib import import_module

NAMES = {
    "touchmark": "Touchmark, over HTTP",
    "lancedb": "LanceDB, hybrid",
    "qdrant": "Qdrant Edge, hybrid",
    "postgres": "PostgreSQL full text + pgvector",
    "sqlite": "SQLite FTS5, no vectors",
}
USES_VECTORS = {"lancedb", "qdrant", "postgres"}
# How many candidates each side of a fusion brings, and how many results are asked for.
CANDIDATES, RESULTS = 100, 10
# The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
RRF = 60


def engine(name):
    return import_module(f"engines.{name}_engine").Engine
