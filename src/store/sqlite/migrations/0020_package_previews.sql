-- What registries said of releases when they were asked for advisories: the last answer of each
-- release that is certified, so that it stands beside the certificate and is asked for again.
CREATE TABLE registry_advisories (
    registry TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    version  TEXT    NOT NULL,
    -- Milliseconds since 1970.
    asked_at INTEGER NOT NULL,
    -- Records of the Open Source Vulnerability format, as a JSON list; empty where nothing is known.
    records  TEXT    NOT NULL,
    PRIMARY KEY (registry, name, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX registry_advisories_by_age ON registry_advisories (asked_at);

-- What was found when a draft was last previewed: numbers alone, for the statistics.
CREATE TABLE package_drafts (
    user_id      TEXT    NOT NULL,
    draft_id     TEXT    NOT NULL,
    packages     INTEGER NOT NULL,
    certified    INTEGER NOT NULL,
    saved_cents  INTEGER NOT NULL,
    previewed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, draft_id)
) STRICT, WITHOUT ROWID;
