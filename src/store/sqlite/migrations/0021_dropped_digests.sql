-- Digests that a threat named before: whoever follows by digest has to hear that they are free.
CREATE TABLE threat_dropped_digests (
    threat_id TEXT NOT NULL REFERENCES threats (threat_id),
    digest BLOB NOT NULL,
    PRIMARY KEY (threat_id, digest)
) STRICT, WITHOUT ROWID;

-- Which releases a file is in, for whoever asks by its digest.
CREATE INDEX package_files_by_digest ON package_files (sha256);
