-- Accounts, their keys and teams, and what was done to them. Nothing here holds a secret in the
-- clear but `signing_keys`, without which no access token could be made.

CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT,
    password_hash TEXT NOT NULL,
    tier TEXT NOT NULL,
    session INTEGER NOT NULL DEFAULT 0,
    is_disabled INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
    team_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An account is in one team at most.
CREATE TABLE team_members (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id),
    team_id TEXT NOT NULL REFERENCES teams (team_id),
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_by_team ON team_members (team_id);

CREATE TABLE team_invitations (
    digest BLOB PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES teams (team_id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL REFERENCES users (user_id),
    expires_at INTEGER NOT NULL,
    UNIQUE (team_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    key_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id),
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

CREATE TABLE signing_keys (
    key_id TEXT PRIMARY KEY,
    seed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Appended, never changed: a later version chains it.
CREATE TABLE audit_log (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    team_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_by_team ON audit_log (team_id, entry_id);
CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is appended, never changed'); END;
CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is appended, never deleted'); END;
