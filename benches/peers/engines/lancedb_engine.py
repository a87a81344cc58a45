"""LanceDB: its own full-text index over one text column, HNSW vectors, fused by its RRF reranker."""

import lancedb
import pyarrow
from lancedb.rerankers import RRFReranker

from engines import CANDIDATES, RESULTS, RRF


class Engine:
    @staticmethod
    def build(documents, vectors, folder):
        table = pyarrow.table(
            {
                "id": [document.id for document in documents],
                # One column, as its own examples of hybrid search have it.
                "text": [f"{document.name}\n{document.description}\n{document.body}" for document in documents],
                "vector": pyarrow.FixedSizeListArray.from_arrays(
                    pyarrow.array(vectors.reshape(-1), pyarrow.float32()), vectors.shape[1]
                ),
            }
        )
        made = lancedb.connect(folder).create_table("documents", table)
        made.create_fts_index("text")
        made.create_index(metric="cosine", index_type="IVF_HNSW_SQ", num_partitions=1)
        made.wait_for_index([index.name for index in made.list_indices()])

    def __init__(self, folder):
        self.table = lancedb.connect(folder).open_table("documents")
        self.reranker = RRFReranker(RRF)

    def client(self):
        return self

    def process_ids(self):
        return []

    def search(self, text, vector):
        found = (
            self.table.search(query_type="hybrid")
            .vector(vector)
            .text(text)
            .distance_type("cosine")
            .ef(CANDIDATES)
            .rerank(self.reranker)
            .select(["id"])
            .limit(CANDIDATES)
            .to_arrow()
        )
        return found["id"].to_pylist()[:RESULTS]
