-- Verifications for marketplaces, the reports of what the index does not hold, and the messages
-- that tell of their ends. Times are milliseconds since 1970.

CREATE TABLE verifications (
    verification_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id),
    team_id TEXT,
    source_type TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    source_version TEXT,
    source_hash TEXT,
    callback_url TEXT,
    -- How often somebody began, and until when the last one has it alone.
    attempt INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- All of these are NULL until it has ended.
    ended_at INTEGER,
    expires_at INTEGER,
    outcome TEXT,
    revoked_at INTEGER
) STRICT;
CREATE INDEX verifications_pending ON verifications (lease_until) WHERE ended_at IS NULL;
CREATE INDEX verifications_by_user ON verifications (user_id, created_at);

-- Reports of bundles that were verified and are in no index, compressed with Zstandard.
CREATE TABLE verified_reports (
    bundle_key BLOB NOT NULL,
    ruleset_version TEXT NOT NULL,
    report BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (bundle_key, ruleset_version)
) STRICT;

-- Secrets stand here in the clear: each message is signed with them.
CREATE TABLE webhook_secrets (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id),
    secret TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    previous TEXT,
    previous_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_messages (
    message_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id),
    verification_id TEXT NOT NULL UNIQUE REFERENCES verifications (verification_id),
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempt INTEGER NOT NULL,
    -- When it is due; while somebody sends it, until when they have it alone.
    due_at INTEGER NOT NULL,
    last_answer TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX webhook_messages_due ON webhook_messages (due_at) WHERE state = 'pending';
CREATE INDEX webhook_messages_by_state ON webhook_messages (state, created_at);

-- Publishers are asked for by their account.
CREATE INDEX skills_by_account ON skills (account);
