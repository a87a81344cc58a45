-- What is publicly known of packages (Open Source Vulnerability format). A record that was taken
-- back stays, so that an older file does not bring it back.
CREATE TABLE advisories (
    id            TEXT    NOT NULL PRIMARY KEY,
    -- Milliseconds since 1970.
    modified      INTEGER NOT NULL,
    is_withdrawn  INTEGER NOT NULL,
    is_malicious  INTEGER NOT NULL,
    -- The record as JSON, without what is not read.
    record        TEXT    NOT NULL,
    taken_over_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The packages that each concerns, for what was not taken back.
CREATE TABLE advisory_packages (
    registry TEXT NOT NULL,
    name     TEXT NOT NULL,
    id       TEXT NOT NULL REFERENCES advisories (id),
    PRIMARY KEY (registry, name, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX advisory_packages_by_id ON advisory_packages (id);
