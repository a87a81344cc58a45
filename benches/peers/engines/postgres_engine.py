"""PostgreSQL: weighed full text with a GIN index, pgvector with HNSW, fused by reciprocal rank."""

import pgserver
import psutil
import psycopg

from engines import CANDIDATES, RESULTS, RRF

# Any word may match: with all of them (the default) a long request finds nothing.
QUERY = f"""
with words as (
    select nullif(replace(plainto_tsquery('english', %(text)s)::text, '&', '|'), '')::tsquery as query
), lexical as (
    select id, row_number() over (order by score desc) as place from (
        select id, ts_rank(text, query, 1) as score from documents, words where text @@ query
        order by score desc limit {CANDIDATES}
    ) as found
), semantic as (
    select id, row_number() over (order by distance) as place from (
        select id, embedding <=> %(vector)s::vector as distance from documents
        order by distance limit {CANDIDATES}
    ) as found
)
select id from (select * from lexical union all select * from semantic) as both_sides
group by id order by sum(1.0 / ({RRF} + place)) desc limit {RESULTS}
"""
SETTINGS = ["shared_buffers = '1GB'", "work_mem = '64MB'", "maintenance_work_mem = '512MB'", "jit = off"]


class Engine:
    @staticmethod
    def build(documents, vectors, folder):
        server = pgserver.get_server(folder, cleanup_mode=None)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in SETTINGS:
                connection.execute(f"alter system set {setting}")
            # The settings want a new start.
        stop(server)
        server = pgserver.get_server(folder, cleanup_mode=None)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("create extension vector")
            connection.execute("create table documents (id text primary key, text tsvector, embedding vector(384))")
            connection.execute(
                "create function weighed(name text, description text, body text) returns tsvector language sql as"
                " $$ select setweight(to_tsvector('english', name), 'A')"
                " || setweight(to_tsvector('english', description), 'B')"
                " || setweight(to_tsvector('english', body), 'D') $$"
            )
            insert = "insert into documents values (%s, weighed(%s, %s, %s), %s::vector)"
            with connection.cursor() as cursor, connection.transaction():
                cursor.executemany(
                    insert,
                    (
                        (
                            document.id,
                            plain(document.name),
                            plain(document.description),
                            # A tsvector holds 1 MB of words at most.
                            plain(document.body)[:400_000],
                            written(vector),
                        )
                        for document, vector in zip(documents, vectors)
                    ),
                )
            connection.execute("create index on documents using gin (text)")
            connection.execute("create index on documents using hnsw (embedding vector_cosine_ops)")
            connection.execute("vacuum analyze documents")
        stop(server)

    def __init__(self, folder):
        self.server = pgserver.get_server(folder, cleanup_mode="stop")

    def client(self):
        return Client(self.server.get_uri())

    def process_ids(self):
        first = self.server.get_pid()
        return [first, *(child.pid for child in psutil.Process(first).children(recursive=True))]


class Client:
    def __init__(self, uri):
        self.connection = psycopg.connect(uri, autocommit=True, prepare_threshold=0)
        self.connection.execute(f"set hnsw.ef_search = {CANDIDATES}")

    def search(self, text, vector):
        rows = self.connection.execute(QUERY, {"text": plain(text), "vector": written(vector)})
        return [row[0] for row in rows]


def stop(server):
    pgserver.pg_ctl(["stop", "-m", "fast", "-w"], pgdata=server.pgdata, user=server.system_user)
    type(server)._instances.pop(server.pgdata, None)


def plain(text):
    """PostgreSQL refuses the character NUL."""
    return text.replace("\0", " ")


def written(vector):
    return "[" + ",".join(map(str, vector.tolist())) + "]"
