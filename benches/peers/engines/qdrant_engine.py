"""Qdrant Edge: its BM25 as sparse vectors, HNSW vectors, fused by its reciprocal rank fusion."""

import qdrant_edge as edge

from engines import CANDIDATES, RESULTS, RRF

BATCH = 500
# A guess at the words of an average document (7 KB); the default of 256 is for passages.
AVERAGE_LENGTH = 600.0


class Engine:
    @staticmethod
    def build(documents, vectors, folder):
        shard = edge.EdgeShard.create(
            str(folder),
            edge.EdgeConfig(
                vectors={"dense": edge.EdgeVectorParams(384, edge.Distance.Cosine)},
                sparse_vectors={"words": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
                optimizers=edge.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=1),
            ),
        )
        model = edge.Bm25(edge.Bm25Config(avg_len=AVERAGE_LENGTH))
        for start in range(0, len(documents), BATCH):
            points = [
                edge.Point(
                    start + place,
                    {
                        "dense": vectors[start + place].tolist(),
                        "words": model.embed_document(f"{document.name}\n{document.description}\n{document.body}"),
                    },
                    {"id": document.id},
                )
                for place, document in enumerate(documents[start : start + BATCH])
            ]
            shard.update(edge.UpdateOperation.upsert_points(points))
        while shard.optimize():
            pass
        shard.flush()
        shard.close()

    def __init__(self, folder):
        self.shard = edge.EdgeShard.load(str(folder))
        self.model = edge.Bm25(edge.Bm25Config(avg_len=AVERAGE_LENGTH))

    def client(self):
        return self

    def process_ids(self):
        return []

    def search(self, text, vector):
        sides = [
            (edge.Query.Nearest(vector.tolist(), "dense"), edge.SearchParams(hnsw_ef=CANDIDATES)),
            (edge.Query.Nearest(self.model.embed_query(text), "words"), None),
        ]
        request = edge.QueryRequest(
            limit=RESULTS,
            query=edge.Fusion.Rrf(RRF),
            prefetches=[edge.Prefetch(CANDIDATES, query=query, params=params) for query, params in sides],
            with_payload=True,
        )
        return [point.payload["id"] for point in self.shard.query(request)]
