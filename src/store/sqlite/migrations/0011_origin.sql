-- Which index this is, and which one it was taken over from. An index that follows another
-- keeps the number and the root digest of the state that it took over last; `local_sequence`
-- is its own number just after that, so that changes of its own are noticed.
CREATE TABLE index_origin (
    origin_id INTEGER PRIMARY KEY CHECK (origin_id = 1),
    own_identity BLOB NOT NULL,
    identity BLOB,
    sequence INTEGER,
    root BLOB,
    local_sequence INTEGER,
    created_at INTEGER,
    taken_at INTEGER
) STRICT;
INSERT INTO index_origin (origin_id, own_identity) VALUES (1, randomblob(16));

-- States that were given away. A delta begins at one of them, and names its root digest.
CREATE TABLE published_states (
    sequence INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    published_at INTEGER NOT NULL
) STRICT;

-- The index from which a verdict was taken over; none where this program scanned.
ALTER TABLE verdicts ADD COLUMN imported_from BLOB;
