-- The policies of teams. A version is appended, and none is changed; one without a text
-- withdraws the policy.

CREATE TABLE team_policies (
    team_id TEXT NOT NULL REFERENCES teams (team_id),
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT,
    written_by TEXT NOT NULL REFERENCES users (user_id),
    written_at INTEGER NOT NULL,
    PRIMARY KEY (team_id, name, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER team_policies_are_not_changed BEFORE UPDATE ON team_policies
BEGIN SELECT RAISE(ABORT, 'a version of a policy is appended, never changed'); END;
