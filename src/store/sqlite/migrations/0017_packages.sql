-- Certificates of packages. A certificate is bound to bytes and is never changed; a file that a
-- registry served with other bytes under the same version is in `package_changes`, and nothing of
-- it is certified.

CREATE TABLE package_certificates (
    certificate_id TEXT PRIMARY KEY,
    registry TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    verdict TEXT NOT NULL,
    certified_at INTEGER NOT NULL,
    certificate TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX package_certificates_by_release ON package_certificates (registry, name, version, certified_at);

CREATE TRIGGER package_certificates_are_not_changed BEFORE UPDATE ON package_certificates
BEGIN
    SELECT RAISE(ABORT, 'a certificate is never changed');
END;

-- The bytes of every file that was certified, as they were first seen.
CREATE TABLE package_files (
    registry TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (registry, name, version, file_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE package_changes (
    registry TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    file_name TEXT NOT NULL,
    served_sha256 BLOB NOT NULL,
    certified_sha256 BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (registry, name, version, file_name, served_sha256)
) STRICT, WITHOUT ROWID;
