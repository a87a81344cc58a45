-- What hosts say of repositories: a row for each that was asked about, keyed as in
-- `RepositoryKey`. The facts are one object, because they are read and written as a whole.
CREATE TABLE repositories (
    repository_key TEXT PRIMARY KEY,
    facts TEXT NOT NULL
) STRICT;

-- Totals are counted from this index alone: the rows of skills are wide, and a service asks
-- for the totals with every page of its health.
CREATE INDEX skills_listed ON skills (is_canonical) WHERE is_listed = 1;
