-- Scans of accounts: what a command line reported, targets that the service fetches, and files
-- that were uploaded. A scan that waits or is worked on is its own job: a lease is named by its
-- number, which grows with every lease of the row, and whoever comes back with an older number
-- changes nothing. Times are milliseconds since 1970.
CREATE TABLE scans (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    scan_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('reported', 'target', 'upload')),
    is_upload INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (user_id),
    team_id TEXT,
    -- In whose list it is: the team's where the account was in one, else the account's own.
    space TEXT NOT NULL,
    target TEXT NOT NULL,
    policy TEXT,
    digest BLOB,
    -- The digests by which a threat is known again, as a JSON array.
    digests TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('queued', 'extracting', 'processing', 'completed', 'failed', 'error', 'unsupported')),
    reason TEXT,
    score INTEGER,
    verdict TEXT,
    summary TEXT,
    detail TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    duration_ms INTEGER,
    worker TEXT,
    leased_until INTEGER,
    lease_number INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Lists are read off an index alone: the first, or the second where rows are filtered by what is
-- in none of the others.
CREATE INDEX scans_in_order ON scans (is_upload, space, created_at, number);
CREATE INDEX scans_listed ON scans (is_upload, space, created_at, number, status, verdict, target);
CREATE INDEX scans_by_status ON scans (is_upload, space, status, created_at, number);
CREATE INDEX scans_by_verdict ON scans (is_upload, space, verdict, created_at, number);
CREATE INDEX scans_of_user ON scans (user_id, created_at);
CREATE INDEX scans_waiting ON scans (status, created_at) WHERE status IN ('queued', 'extracting', 'processing');

-- The bytes of an uploaded file, until it was scanned.
CREATE TABLE scan_files (
    scan_id TEXT PRIMARY KEY REFERENCES scans (scan_id),
    bytes BLOB NOT NULL
) STRICT;

-- How many scans an account made on a day, deleted ones as well.
CREATE TABLE scan_days (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id),
    day INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How long each list is, so that nobody counts it for every page.
CREATE TABLE scan_totals (
    is_upload INTEGER NOT NULL,
    space TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (is_upload, space, status)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER scans_are_counted AFTER INSERT ON scans
BEGIN
    INSERT INTO scan_totals (is_upload, space, status, count) VALUES (NEW.is_upload, NEW.space, NEW.status, 1)
    ON CONFLICT (is_upload, space, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER scans_that_go_on_are_counted_anew AFTER UPDATE OF status ON scans WHEN OLD.status <> NEW.status
BEGIN
    UPDATE scan_totals SET count = count - 1
    WHERE is_upload = OLD.is_upload AND space = OLD.space AND status = OLD.status;
    INSERT INTO scan_totals (is_upload, space, status, count) VALUES (NEW.is_upload, NEW.space, NEW.status, 1)
    ON CONFLICT (is_upload, space, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER deleted_scans_are_not_counted AFTER DELETE ON scans
BEGIN
    UPDATE scan_totals SET count = count - 1
    WHERE is_upload = OLD.is_upload AND space = OLD.space AND status = OLD.status;
END;
