-- Which packages the stored bundles have installed or run, so that what is learnt of a package
-- finds the skills that use it.

-- Bundles that were read, and by which version of the reader; the others wait.
CREATE TABLE package_readings (
    bundle_key BLOB NOT NULL PRIMARY KEY REFERENCES bundles (bundle_key),
    reader     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bundle_packages (
    bundle_key  BLOB    NOT NULL REFERENCES bundles (bundle_key),
    -- The order in which they stand in the bundle.
    position    INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    -- As the source compares names.
    name        TEXT    NOT NULL,
    -- What is asked for, as it is written; author-controlled.
    requirement TEXT,
    -- The one version that is asked for, where it is one.
    version     TEXT,
    kind        TEXT    NOT NULL,
    path        TEXT    NOT NULL,
    line        INTEGER,
    PRIMARY KEY (bundle_key, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX bundle_packages_by_name ON bundle_packages (source, name, version);
