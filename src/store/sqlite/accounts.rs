//! Accounts, API keys and teams.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{
    Account, Accounts, ApiKeyRecord, AuditEntry, AuditRecord, Invitation, KeyHolder, Membership, NewAccount, NewApiKey,
    StoreError, TeamMember,
};
use super::SqliteStore;
use super::write::json;
use crate::account::{ApiKeyId, EmailAddress, PasswordHash, Role, SigningKey, TeamId, Tier, UserId};
use crate::skill::{Sha256Digest, Timestamp};

/// How often the use of a key is noted, in milliseconds: reading must not write each time.
const USE_NOTED_MS: i64 = 60_000;

const ACCOUNTS: &str = "SELECT u.user_id, u.email, u.name, u.tier, u.session, u.is_disabled, u.created_at, \
    m.team_id, t.name AS team_name, t.tier AS team_tier, m.role, u.password_hash FROM users u \
    LEFT JOIN team_members m ON m.user_id = u.user_id LEFT JOIN teams t ON t.team_id = m.team_id";

pub(super) type Change<'a> = Transaction<'a, Sqlite>;

impl SqliteStore {
    pub(super) async fn change(&self) -> Result<Change<'_>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Ends a change: with its entry in the log where it changed something, else not at all.
    pub(super) async fn end(
        mut change: Change<'_>,
        changed: u64,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if changed == 0 {
            return Ok(false);
        }
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn create_account(&self, account: &NewAccount, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let made = sqlx::query(
            "INSERT INTO users (user_id, email, name, password_hash, tier, created_at) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(account.id.as_str())
        .bind(account.email.as_str())
        .bind(&account.name)
        .bind(account.password.as_str())
        .bind(account.tier.as_str())
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
        Self::end(change, made.rows_affected(), by, now).await
    }

    async fn account_by_email(&self, email: &EmailAddress) -> Result<Option<(Account, PasswordHash)>, StoreError> {
        let query = format!("{ACCOUNTS} WHERE u.email = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(email.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| Ok((read_account(&row)?, PasswordHash::from_stored(row.get("password_hash"))))).transpose()
    }

    async fn account(&self, id: &UserId) -> Result<Option<Account>, StoreError> {
        let query = format!("{ACCOUNTS} WHERE u.user_id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| read_account(&row)).transpose()
    }

    async fn account_count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&self.readers).await?;
        Ok(count as u64)
    }

    async fn set_tier(&self, id: &UserId, tier: Tier, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let done = sqlx::query("UPDATE users SET tier = ? WHERE user_id = ?")
            .bind(tier.as_str())
            .bind(id.as_str())
            .execute(&mut *change)
            .await?;
        Self::end(change, done.rows_affected(), by, now).await
    }

    async fn set_password(
        &self,
        id: &UserId,
        password: &PasswordHash,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let done = sqlx::query("UPDATE users SET password_hash = ?, session = session + 1 WHERE user_id = ?")
            .bind(password.as_str())
            .bind(id.as_str())
            .execute(&mut *change)
            .await?;
        Self::end(change, done.rows_affected(), by, now).await
    }

    async fn set_disabled(
        &self,
        id: &UserId,
        is_disabled: bool,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let done = sqlx::query("UPDATE users SET is_disabled = ?, session = session + 1 WHERE user_id = ?")
            .bind(is_disabled)
            .bind(id.as_str())
            .execute(&mut *change)
            .await?;
        Self::end(change, done.rows_affected(), by, now).await
    }

    async fn create_api_key(&self, key: &NewApiKey, by: &AuditEntry, now: Timestamp) -> Result<(), StoreError> {
        let mut change = self.change().await?;
        sqlx::query(
            "INSERT INTO api_keys (key_id, user_id, digest, name, hint, scopes, created_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(key.id.as_str())
        .bind(key.user.as_str())
        .bind(key.digest.as_bytes().as_slice())
        .bind(&key.name)
        .bind(&key.hint)
        .bind(key.scopes.to_string())
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
        Self::end(change, 1, by, now).await.map(|_| ())
    }

    async fn holder_of_key(&self, digest: Sha256Digest, now: Timestamp) -> Result<Option<KeyHolder>, StoreError> {
        let row = sqlx::query(
            "SELECT key_id, user_id, scopes, last_used_at FROM api_keys WHERE digest = ? AND revoked_at IS NULL",
        )
        .bind(digest.as_bytes().as_slice())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let Some(account) = self.account(&read(&row, "user_id")?).await? else { return Ok(None) };
        let noted = now.as_milliseconds() - USE_NOTED_MS;
        if row.get::<Option<i64>, _>("last_used_at").is_none_or(|last| last <= noted) {
            sqlx::query("UPDATE api_keys SET last_used_at = ? WHERE key_id = ?")
                .bind(now.as_milliseconds())
                .bind(row.get::<&str, _>("key_id"))
                .execute(&self.writer)
                .await?;
        }
        Ok(Some(KeyHolder { key: read(&row, "key_id")?, scopes: read(&row, "scopes")?, account }))
    }

    async fn api_keys(&self, user: &UserId) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT key_id, name, hint, scopes, created_at, last_used_at, revoked_at FROM api_keys \
             WHERE user_id = ? ORDER BY created_at DESC, key_id",
        )
        .bind(user.as_str())
        .fetch_all(&self.readers)
        .await?;
        let record = |row: &SqliteRow| {
            Ok(ApiKeyRecord {
                id: read(row, "key_id")?,
                name: row.get("name"),
                hint: row.get("hint"),
                scopes: read(row, "scopes")?,
                created_at: time(row, "created_at"),
                last_used_at: row.get::<Option<i64>, _>("last_used_at").map(Timestamp::from_milliseconds),
                revoked_at: row.get::<Option<i64>, _>("revoked_at").map(Timestamp::from_milliseconds),
            })
        };
        rows.iter().map(record).collect()
    }

    async fn revoke_api_key(
        &self,
        user: &UserId,
        key: &ApiKeyId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let done =
            sqlx::query("UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND user_id = ? AND revoked_at IS NULL")
                .bind(now.as_milliseconds())
                .bind(key.as_str())
                .bind(user.as_str())
                .execute(&mut *change)
                .await?;
        Self::end(change, done.rows_affected(), by, now).await
    }

    async fn create_team(
        &self,
        team: &TeamId,
        name: &str,
        tier: Tier,
        owner: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        sqlx::query("INSERT INTO teams (team_id, name, tier, created_at) VALUES (?, ?, ?, ?)")
            .bind(team.as_str())
            .bind(name)
            .bind(tier.as_str())
            .bind(now.as_milliseconds())
            .execute(&mut *change)
            .await?;
        let joined = join(&mut change, team, owner, Role::Owner, now).await?;
        Self::end(change, joined, by, now).await
    }

    async fn team_members(&self, team: &TeamId) -> Result<Vec<TeamMember>, StoreError> {
        let rows = sqlx::query(
            "SELECT u.user_id, u.email, u.name, m.role, m.joined_at FROM team_members m \
             JOIN users u ON u.user_id = m.user_id WHERE m.team_id = ? ORDER BY m.joined_at, u.user_id",
        )
        .bind(team.as_str())
        .fetch_all(&self.readers)
        .await?;
        let member = |row: &SqliteRow| {
            Ok(TeamMember {
                id: read(row, "user_id")?,
                email: read(row, "email")?,
                name: row.get("name"),
                role: read(row, "role")?,
                joined_at: time(row, "joined_at"),
            })
        };
        rows.iter().map(member).collect()
    }

    async fn invite(&self, invitation: &Invitation, by: &AuditEntry, now: Timestamp) -> Result<(), StoreError> {
        let mut change = self.change().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO team_invitations (digest, team_id, email, role, invited_by, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(invitation.digest.as_bytes().as_slice())
        .bind(invitation.team.as_str())
        .bind(invitation.email.as_str())
        .bind(invitation.role.as_str())
        .bind(invitation.invited_by.as_str())
        .bind(invitation.expires_at.as_milliseconds())
        .execute(&mut *change)
        .await?;
        Self::end(change, 1, by, now).await.map(|_| ())
    }

    async fn accept_invitation(
        &self,
        digest: Sha256Digest,
        user: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<Option<TeamId>, StoreError> {
        let mut change = self.change().await?;
        let row = sqlx::query(
            "DELETE FROM team_invitations WHERE digest = ? AND expires_at > ? \
             AND email = (SELECT email FROM users WHERE user_id = ?) RETURNING team_id, role",
        )
        .bind(digest.as_bytes().as_slice())
        .bind(now.as_milliseconds())
        .bind(user.as_str())
        .fetch_optional(&mut *change)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let team: TeamId = read(&row, "team_id")?;
        let joined = join(&mut change, &team, user, read(&row, "role")?, now).await?;
        let entry = AuditEntry { team: Some(team.clone()), ..by.clone() };
        Ok(Self::end(change, joined, &entry, now).await?.then_some(team))
    }

    async fn set_role(
        &self,
        team: &TeamId,
        user: &UserId,
        role: Option<Role>,
        spares_owners: bool,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let query = match role {
            Some(_) => {
                "UPDATE team_members SET role = ?3 WHERE team_id = ?1 AND user_id = ?2 AND NOT (?4 AND role = 'owner')"
            }
            None => {
                "DELETE FROM team_members WHERE team_id = ?1 AND user_id = ?2 AND ?3 IS NULL \
                 AND NOT (?4 AND role = 'owner')"
            }
        };
        let done = sqlx::query(query)
            .bind(team.as_str())
            .bind(user.as_str())
            .bind(role.map(Role::as_str))
            .bind(spares_owners)
            .execute(&mut *change)
            .await?;
        let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM team_members WHERE team_id = ? AND role = 'owner'")
            .bind(team.as_str())
            .fetch_one(&mut *change)
            .await?;
        let changed = if owners == 0 { 0 } else { done.rows_affected() };
        Self::end(change, changed, by, now).await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let rows = sqlx::query("SELECT seed FROM signing_keys ORDER BY created_at DESC, key_id")
            .fetch_all(&self.readers)
            .await?;
        let key = |row: &SqliteRow| {
            SigningKey::from_stored(row.get("seed")).map_err(|error| StoreError::corrupt("signing key", error))
        };
        rows.iter().map(key).collect()
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        kept: u32,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.change().await?;
        sqlx::query("INSERT INTO signing_keys (key_id, seed, created_at) VALUES (?, ?, ?)")
            .bind(key.id())
            .bind(key.seed().as_slice())
            .bind(now.as_milliseconds())
            .execute(&mut *change)
            .await?;
        sqlx::query(
            "DELETE FROM signing_keys WHERE key_id NOT IN \
             (SELECT key_id FROM signing_keys ORDER BY created_at DESC, key_id LIMIT ?)",
        )
        .bind(kept)
        .execute(&mut *change)
        .await?;
        Self::end(change, 1, by, now).await.map(|_| ())
    }

    async fn note(&self, entry: &AuditEntry, now: Timestamp) -> Result<(), StoreError> {
        let change = self.change().await?;
        Self::end(change, 1, entry, now).await.map(|_| ())
    }

    async fn audit_log(
        &self,
        team: Option<&TeamId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT entry_id, at, actor, action, subject, detail FROM audit_log \
             WHERE (?1 IS NULL OR team_id = ?1) AND entry_id < ?2 ORDER BY entry_id DESC LIMIT ?3",
        )
        .bind(team.map(TeamId::as_str))
        .bind(before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let record = |row: &SqliteRow| {
            let detail = serde_json::from_str(row.get("detail"));
            Ok(AuditRecord {
                number: row.get::<i64, _>("entry_id") as u64,
                at: time(row, "at"),
                actor: row.get("actor"),
                action: row.get("action"),
                subject: row.get("subject"),
                detail: detail.map_err(|error| StoreError::corrupt("entry of the audit log", error))?,
            })
        };
        rows.iter().map(record).collect()
    }
}

/// Lets an account into a team; 0 where it is in one.
async fn join(
    change: &mut Change<'_>,
    team: &TeamId,
    user: &UserId,
    role: Role,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let joined = sqlx::query(
        "INSERT INTO team_members (user_id, team_id, role, joined_at) VALUES (?, ?, ?, ?) \
         ON CONFLICT (user_id) DO NOTHING",
    )
    .bind(user.as_str())
    .bind(team.as_str())
    .bind(role.as_str())
    .bind(now.as_milliseconds())
    .execute(&mut **change)
    .await?;
    Ok(joined.rows_affected())
}

pub(super) async fn append(change: &mut Change<'_>, entry: &AuditEntry, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO audit_log (at, actor, team_id, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(now.as_milliseconds())
        .bind(&entry.actor)
        .bind(entry.team.as_ref().map(TeamId::as_str))
        .bind(entry.action)
        .bind(&entry.subject)
        .bind(json(&entry.detail)?)
        .execute(&mut **change)
        .await?;
    Ok(())
}

fn read_account(row: &SqliteRow) -> Result<Account, StoreError> {
    let membership = match row.get::<Option<&str>, _>("team_id") {
        Some(_) => Some(Membership {
            team: read(row, "team_id")?,
            team_name: row.get("team_name"),
            tier: read(row, "team_tier")?,
            role: read(row, "role")?,
        }),
        None => None,
    };
    Ok(Account {
        id: read(row, "user_id")?,
        email: read(row, "email")?,
        name: row.get("name"),
        tier: read(row, "tier")?,
        session: row.get::<i64, _>("session") as u32,
        is_disabled: row.get("is_disabled"),
        created_at: time(row, "created_at"),
        membership,
    })
}

/// Reads a column through the type that wrote it.
pub(super) fn read<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<T, StoreError> {
    row.get::<&str, _>(column).parse().map_err(|error| StoreError::corrupt(column, error))
}

pub(super) fn time(row: &SqliteRow, column: &str) -> Timestamp {
    Timestamp::from_milliseconds(row.get(column))
}
