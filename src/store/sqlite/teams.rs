//! Invitations that wait, and the policies of teams.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{AuditEntry, Invitation, NewPolicy, PolicyWrite, StoreError, StoredPolicy, Teams};
use super::SqliteStore;
use super::accounts::{read, time};
use crate::account::{EmailAddress, TeamId, UserId};
use crate::skill::{Sha256Digest, Timestamp};

/// The latest version of each policy of a team.
const CURRENT: &str = "SELECT name, version, text, written_by, written_at FROM team_policies AS p WHERE team_id = ?1 \
    AND version = (SELECT max(version) FROM team_policies WHERE team_id = ?1 AND name = p.name) AND text IS NOT NULL";

#[async_trait]
impl Teams for SqliteStore {
    async fn invitations(&self, team: &TeamId, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let rows = sqlx::query(
            "SELECT digest, team_id, email, role, invited_by, expires_at FROM team_invitations \
             WHERE team_id = ? AND expires_at > ? ORDER BY email",
        )
        .bind(team.as_str())
        .bind(now.as_milliseconds())
        .fetch_all(&self.readers)
        .await?;
        let invitation = |row: &SqliteRow| {
            let digest: [u8; 32] = row
                .get::<&[u8], _>("digest")
                .try_into()
                .map_err(|error| StoreError::corrupt("digest of an invitation", error))?;
            Ok(Invitation {
                digest: Sha256Digest::from_bytes(digest),
                team: read(row, "team_id")?,
                email: read(row, "email")?,
                role: read(row, "role")?,
                invited_by: read(row, "invited_by")?,
                expires_at: time(row, "expires_at"),
            })
        };
        rows.iter().map(invitation).collect()
    }

    async fn withdraw_invitation(
        &self,
        team: &TeamId,
        email: &EmailAddress,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change().await?;
        let done = sqlx::query("DELETE FROM team_invitations WHERE team_id = ? AND email = ?")
            .bind(team.as_str())
            .bind(email.as_str())
            .execute(&mut *change)
            .await?;
        Self::end(change, done.rows_affected(), by, now).await
    }

    async fn hand_over(
        &self,
        team: &TeamId,
        from: &UserId,
        to: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if from == to {
            return Ok(false);
        }
        let mut change = self.change().await?;
        let left =
            sqlx::query("UPDATE team_members SET role = 'admin' WHERE team_id = ? AND user_id = ? AND role = 'owner'")
                .bind(team.as_str())
                .bind(from.as_str())
                .execute(&mut *change)
                .await?;
        let taken = sqlx::query("UPDATE team_members SET role = 'owner' WHERE team_id = ? AND user_id = ?")
            .bind(team.as_str())
            .bind(to.as_str())
            .execute(&mut *change)
            .await?;
        Self::end(change, left.rows_affected().min(taken.rows_affected()), by, now).await
    }

    async fn write_policy(
        &self,
        policy: &NewPolicy<'_>,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<PolicyWrite, StoreError> {
        let mut change = self.change().await?;
        let latest = sqlx::query(
            "SELECT version, text IS NOT NULL AS is_there FROM team_policies WHERE team_id = ? AND name = ? \
             ORDER BY version DESC LIMIT 1",
        )
        .bind(policy.team.as_str())
        .bind(policy.name)
        .fetch_optional(&mut *change)
        .await?;
        let (version, is_there) =
            latest.map_or((0, false), |row| (row.get::<u32, _>("version"), row.get::<bool, _>("is_there")));
        let current = if is_there { version } else { 0 };
        if policy.follows.is_some_and(|follows| follows != current) {
            return Ok(PolicyWrite::Overtaken(current));
        }
        if policy.text.is_none() && !is_there {
            return Ok(PolicyWrite::Nothing);
        }
        if !is_there {
            let query = format!("SELECT count(*) FROM ({CURRENT})");
            let count: u32 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .bind(policy.team.as_str())
                .fetch_one(&mut *change)
                .await?;
            if count >= policy.most {
                return Ok(PolicyWrite::TooMany);
            }
        }
        sqlx::query(
            "INSERT INTO team_policies (team_id, name, version, text, written_by, written_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(policy.team.as_str())
        .bind(policy.name)
        .bind(version + 1)
        .bind(policy.text)
        .bind(policy.by.as_str())
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
        Self::end(change, 1, by, now).await?;
        Ok(PolicyWrite::Written(version + 1))
    }

    async fn policy(
        &self,
        team: &TeamId,
        name: &str,
        version: Option<u32>,
    ) -> Result<Option<StoredPolicy>, StoreError> {
        let query = match version {
            None => format!("{CURRENT} AND name = ?2 AND ?3 IS NULL"),
            Some(_) => "SELECT name, version, text, written_by, written_at FROM team_policies \
                 WHERE team_id = ?1 AND name = ?2 AND version = ?3 AND text IS NOT NULL"
                .to_owned(),
        };
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(team.as_str())
            .bind(name)
            .bind(version)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| stored(&row)).transpose()
    }

    async fn policies(&self, team: &TeamId) -> Result<Vec<StoredPolicy>, StoreError> {
        let query = format!("{CURRENT} ORDER BY name");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(team.as_str()).fetch_all(&self.readers).await?;
        rows.iter().map(stored).collect()
    }
}

fn stored(row: &SqliteRow) -> Result<StoredPolicy, StoreError> {
    Ok(StoredPolicy {
        name: row.get("name"),
        version: row.get("version"),
        text: row.get("text"),
        written_by: read(row, "written_by")?,
        written_at: time(row, "written_at"),
    })
}
