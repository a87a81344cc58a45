-- What visits to sources heard, and what was taken down. Times are milliseconds since 1970.

CREATE TABLE source_states (
    source_id INTEGER PRIMARY KEY REFERENCES sources (source_id),
    -- When a visit last found it there, changed or not.
    seen_at INTEGER,
    -- When a visit last found it changed.
    changed_at INTEGER,
    -- When the first of the failed visits was after which none succeeded.
    failing_since INTEGER,
    -- When the first of the visits was that heard that it is gone, and when the last.
    gone_since INTEGER,
    gone_at INTEGER,
    -- Since when its skills do not count as shown by it, because it is gone.
    unlisted_at INTEGER
) STRICT;
INSERT INTO source_states (source_id, seen_at, changed_at)
    SELECT source_id, max(finished_at), max(finished_at) FROM runs WHERE finished_at IS NOT NULL GROUP BY source_id;

ALTER TABLE skills ADD COLUMN unlisted_at INTEGER;
-- A skill whose bundle has no verdict yet is shown with that of an earlier one.
CREATE INDEX skill_bundles_by_skill ON skill_bundles (skill_id);

-- What is taken down now. A target is a kind and a name, such as `owner:github.com/example`;
-- each list (origin) has its own row, so that one list does not lift what another names.
CREATE TABLE takedowns (
    target TEXT NOT NULL,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT,
    note TEXT,
    since INTEGER NOT NULL,
    PRIMARY KEY (target, origin)
) STRICT, WITHOUT ROWID;

-- Who took down and lifted what, and when. Rows are appended, never changed, never deleted.
CREATE TABLE takedown_events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL CHECK (act IN ('added', 'changed', 'lifted')),
    target TEXT NOT NULL,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT,
    note TEXT
) STRICT;
CREATE TRIGGER takedown_events_are_not_changed BEFORE UPDATE ON takedown_events
BEGIN SELECT RAISE(ABORT, 'takedown events are appended, never changed'); END;
CREATE TRIGGER takedown_events_are_not_deleted BEFORE DELETE ON takedown_events
BEGIN SELECT RAISE(ABORT, 'takedown events are appended, never deleted'); END;
