-- What decides which of several copies stands for all (`skill::CanonicalStanding`), and which
-- repositories mostly hold copies (`skill::is_aggregator`). `copy_key` is NULL for rows of
-- before; they are completed when the store opens.
ALTER TABLE skills ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE skills ADD COLUMN repository_key TEXT NOT NULL DEFAULT '';
ALTER TABLE skills ADD COLUMN copy_key BLOB;
-- The earliest commit at which the source was seen to hold the skill.
ALTER TABLE skills ADD COLUMN first_committed_at INTEGER;
-- Whether another repository has the original, or the source says so itself.
ALTER TABLE skills ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0;
UPDATE skills SET first_committed_at = committed_at;
CREATE INDEX skills_by_copy_key ON skills (copy_key);
CREATE INDEX skills_by_repository ON skills (repository_key, is_listed, is_copy);

-- Accounts of publishers that somebody has looked at, and single repositories of theirs of
-- which something else is known.
CREATE TABLE publishers (
    account TEXT PRIMARY KEY,
    -- The place in `PublisherStanding::ALL`.
    standing INTEGER NOT NULL
) STRICT;

-- Repositories that mostly hold copies, and by how many skills that was seen.
CREATE TABLE aggregators (
    repository_key TEXT PRIMARY KEY,
    skill_count INTEGER NOT NULL,
    copy_count INTEGER NOT NULL
) STRICT;
