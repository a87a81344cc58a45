-- What is known to do harm, what was reported, and what packs of others were taken over. Times
-- are milliseconds since 1970.

-- Threats that were withdrawn stay, so that whoever follows by `sequence` hears of it.
CREATE TABLE threats (
    threat_id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    description TEXT NOT NULL,
    reference_list TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'withdrawn')),
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    report_count INTEGER NOT NULL,
    sequence INTEGER NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX threats_by_source ON threats (source);
INSERT INTO meta (key, value) VALUES ('threat_sequence', 0);

CREATE TABLE threat_digests (
    digest BLOB NOT NULL,
    threat_id TEXT NOT NULL REFERENCES threats (threat_id),
    PRIMARY KEY (digest, threat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX threat_digests_by_threat ON threat_digests (threat_id);

-- An empty version is every version.
CREATE TABLE threat_packages (
    ecosystem TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    threat_id TEXT NOT NULL REFERENCES threats (threat_id),
    PRIMARY KEY (ecosystem, name, version, threat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX threat_packages_by_threat ON threat_packages (threat_id);

-- Which stored bundles a threat is in that holds: what a verdict is read with, so that a threat
-- costs answers one look at a small table, and none where there is no threat.
CREATE TABLE threatened_bundles (
    bundle_key BLOB NOT NULL,
    threat_id TEXT NOT NULL REFERENCES threats (threat_id),
    PRIMARY KEY (bundle_key, threat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX threatened_bundles_by_threat ON threatened_bundles (threat_id);

-- However a bundle comes in, it meets what is known. A `files` entry writes `sha256:` first.
CREATE TRIGGER bundles_meet_threats AFTER INSERT ON bundles
WHEN EXISTS (SELECT 1 FROM threat_digests)
BEGIN
    INSERT OR IGNORE INTO threatened_bundles (bundle_key, threat_id)
    SELECT NEW.bundle_key, d.threat_id FROM threat_digests d JOIN threats t ON t.threat_id = d.threat_id
    WHERE t.status = 'active' AND d.digest IN (
        SELECT NEW.content_hash UNION SELECT NEW.package_hash
        UNION SELECT unhex(substr(value ->> 'sha256', 8)) FROM json_each(NEW.files)
    );
END;

-- What people reported. It is the operator's to judge; the texts are sanitised.
CREATE TABLE threat_reports (
    report_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    team_id TEXT,
    ecosystem TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    digest BLOB,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    description TEXT NOT NULL,
    evidence TEXT NOT NULL,
    scan_id TEXT,
    -- Digest of who reported what as what: one account says a thing once.
    fingerprint BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('submitted', 'accepted', 'rejected')),
    threat_id TEXT REFERENCES threats (threat_id),
    note TEXT,
    created_at INTEGER NOT NULL,
    reviewed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX threat_reports_by_status ON threat_reports (status, created_at);
CREATE INDEX threat_reports_by_user ON threat_reports (user_id, created_at);

-- How far each issuer's packs were taken over: nothing older is taken again.
CREATE TABLE signature_packs (
    issuer TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    key_id TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
