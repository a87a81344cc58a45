-- Which jobs led to which: a row for each job that was found by the work on another, and for
-- each job that led to that one. Whoever works on a list works on what its rows led to as well.
CREATE TABLE job_origins (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    root TEXT NOT NULL,
    PRIMARY KEY (kind, key, root)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_origins_by_root ON job_origins (root, kind);
