"""SQLite FTS5: BM25 over three weighed columns, stemmed. It has no vectors."""

import re
import sqlite3
from pathlib import Path

from engines import RESULTS

# FTS5 knows no stop words, and scores every row that has any word of the query: without a
# list, every request would score nearly every row. The other engines bring theirs.
STOP_WORDS = set(
    "a about after all also am an and any are as at be been before but by can could did do does for from get had has"
    " have he her his how i if in into is it its just me my need no not of on or our out please she should so some"
    " than that the their them then there these they this to up us use used using want was we were what when where"
    " which who why will with would you your".split()
)
WEIGHTS = "8.0, 4.0, 1.0"


class Engine:
    @staticmethod
    def build(documents, _vectors, folder):
        connection = sqlite3.connect(Path(folder) / "documents.db")
        connection.execute(
            "create virtual table documents using"
            " fts5(id unindexed, name, description, body, tokenize = 'porter unicode61')"
        )
        rows = ((document.id, document.name, document.description, document.body) for document in documents)
        connection.executemany("insert into documents values (?, ?, ?, ?)", rows)
        connection.execute("insert into documents (documents) values ('optimize')")
        connection.commit()
        connection.close()

    def __init__(self, folder):
        self.path = Path(folder) / "documents.db"

    def client(self):
        return Client(self.path)

    def process_ids(self):
        return []


class Client:
    def __init__(self, path):
        # Made by the thread that measures, used by one other.
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self.connection.execute("pragma mmap_size = 1073741824")

    def search(self, text, _vector):
        words = dict.fromkeys(word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS)
        if not words:
            return []
        rows = self.connection.execute(
            f"select id from documents where documents match ? and rank match 'bm25(0.0, {WEIGHTS})'"
            f" order by rank limit {RESULTS}",
            [" OR ".join(f'"{word}"' for word in words)],
        )
        return [row[0] for row in rows]
