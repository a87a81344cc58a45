-- Work that waits, is being done, or was done: one row for each kind and key, so that what is
-- queued twice is done once. A lease is named by its number, which grows with every lease of
-- the row; whoever comes back with an older number changes nothing. Times are milliseconds
-- since 1970.
CREATE TABLE jobs (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    bounds TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'failed', 'poisoned')),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    lease_number INTEGER NOT NULL,
    worker TEXT,
    leased_until INTEGER,
    finished_at INTEGER,
    revision TEXT,
    skills INTEGER,
    cause TEXT,
    detail TEXT,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_state ON jobs (state, due_at);
CREATE INDEX jobs_by_end ON jobs (finished_at);
