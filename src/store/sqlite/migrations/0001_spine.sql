-- The spine: sources and runs, bundles and their files, verdicts, skills and sightings.
-- Rows are keyed by content and source identity. Times are milliseconds since 1970.
-- Tables with wide rows keep SQLite's own row ids, which nothing refers to: without them,
-- the rows would stand inside the tree of keys and make it deep.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO meta (key, value) VALUES ('sequence', 0);

CREATE TABLE sources (
    source_id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE runs (
    run_id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL REFERENCES sources (source_id),
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

-- Contents, compressed with Zstandard, once for each digest.
CREATE TABLE blobs (
    sha256 BLOB PRIMARY KEY,
    compressed BLOB NOT NULL
) STRICT;

CREATE TABLE bundles (
    bundle_key BLOB PRIMARY KEY,
    package_hash BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_complete INTEGER NOT NULL,
    context_cost_tokens INTEGER,
    quality_flags TEXT NOT NULL,
    selection_flags TEXT NOT NULL,
    manifest TEXT NOT NULL,
    frontmatter TEXT NOT NULL,
    issues TEXT NOT NULL,
    unread TEXT NOT NULL,
    files TEXT NOT NULL
) STRICT;
CREATE INDEX bundles_by_package ON bundles (package_hash);

-- Verdicts are appended, never changed, never deleted.
CREATE TABLE verdicts (
    verdict_id INTEGER PRIMARY KEY AUTOINCREMENT,
    bundle_key BLOB NOT NULL REFERENCES bundles (bundle_key),
    package_hash BLOB NOT NULL,
    ruleset_version TEXT NOT NULL,
    status TEXT NOT NULL,
    summary TEXT NOT NULL,
    report BLOB NOT NULL,
    analyzed_at INTEGER NOT NULL,
    UNIQUE (bundle_key, ruleset_version)
) STRICT;
CREATE TRIGGER verdicts_are_not_changed BEFORE UPDATE ON verdicts
BEGIN SELECT RAISE(ABORT, 'verdicts are appended, never changed'); END;
CREATE TRIGGER verdicts_are_not_deleted BEFORE DELETE ON verdicts
BEGIN SELECT RAISE(ABORT, 'verdicts are appended, never deleted'); END;

CREATE TABLE skills (
    skill_id BLOB PRIMARY KEY,
    canonical_source TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    bundle_key BLOB NOT NULL REFERENCES bundles (bundle_key),
    content_hash BLOB NOT NULL,
    package_hash BLOB NOT NULL,
    stars INTEGER,
    is_listed INTEGER NOT NULL,
    is_canonical INTEGER NOT NULL,
    is_mirror INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    committed_at INTEGER,
    indexed_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT;
CREATE INDEX skills_by_content ON skills (content_hash);
CREATE INDEX skills_by_package ON skills (package_hash);
CREATE INDEX skills_by_sequence ON skills (sequence);
CREATE INDEX skills_by_bundle ON skills (bundle_key);

CREATE TABLE sightings (
    source_id INTEGER NOT NULL REFERENCES sources (source_id),
    skill_id BLOB NOT NULL REFERENCES skills (skill_id),
    run_id INTEGER NOT NULL,
    PRIMARY KEY (source_id, skill_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_by_skill ON sightings (skill_id);
