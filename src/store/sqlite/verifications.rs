//! Verifications for marketplaces.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::revision::compress;
use super::super::{
    AuditEntry, BundleKey, EndedVerification, NewVerification, StoreError, VerificationRecord, Verifications,
    VerifiedSource, WebhookMessage,
};
use super::SqliteStore;
use super::accounts::{append, read, time};
use super::read::decompress;
use super::write::json;
use crate::account::{UserId, VerificationId};
use crate::scan::{ScanReport, ruleset_version};
use crate::skill::Timestamp;

const COLUMNS: &str = "verification_id, user_id, team_id, source_type, source_ref, source_version, source_hash, \
    callback_url, attempt, created_at, ended_at, expires_at, outcome, revoked_at";

#[async_trait]
impl Verifications for SqliteStore {
    async fn begin_verification(
        &self,
        verification: &NewVerification,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let source = &verification.source;
        sqlx::query(
            "INSERT INTO verifications (verification_id, user_id, team_id, source_type, source_ref, source_version, \
             source_hash, callback_url, attempt, lease_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
        )
        .bind(verification.id.as_str())
        .bind(verification.user.as_str())
        .bind(verification.team.as_ref().map(|team| team.as_str()))
        .bind(&source.kind)
        .bind(&source.reference)
        .bind(&source.version)
        .bind(&source.hash)
        .bind(&verification.callback_url)
        .bind(lease_until.as_milliseconds())
        .bind(now.as_milliseconds())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn resume_verification(
        &self,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, StoreError> {
        let query = format!(
            "UPDATE verifications SET attempt = attempt + 1, lease_until = ? WHERE verification_id = \
             (SELECT verification_id FROM verifications WHERE ended_at IS NULL AND lease_until <= ? \
             ORDER BY created_at LIMIT 1) RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(lease_until.as_milliseconds())
            .bind(now.as_milliseconds())
            .fetch_optional(&self.writer)
            .await?;
        row.map(|row| record(&row)).transpose()
    }

    async fn end_verification(
        &self,
        id: &VerificationId,
        attempt: u32,
        end: &EndedVerification,
        message: Option<&WebhookMessage>,
    ) -> Result<bool, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let ended = sqlx::query(
            "UPDATE verifications SET ended_at = ?, expires_at = ?, outcome = ? \
             WHERE verification_id = ? AND attempt = ? AND ended_at IS NULL",
        )
        .bind(end.at.as_milliseconds())
        .bind(end.expires_at.as_milliseconds())
        .bind(json(&end.outcome)?)
        .bind(id.as_str())
        .bind(attempt)
        .execute(&mut *change)
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(message) = message {
            sqlx::query(
                "INSERT INTO webhook_messages (message_id, user_id, verification_id, url, body, state, attempt, \
                 due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&message.id)
            .bind(message.user.as_str())
            .bind(message.verification.as_str())
            .bind(&message.url)
            .bind(&message.body)
            .bind(message.state.as_str())
            .bind(message.attempt)
            .bind(message.due_at.as_milliseconds())
            .bind(message.created_at.as_milliseconds())
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(true)
    }

    async fn verification(&self, id: &VerificationId) -> Result<Option<VerificationRecord>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM verifications WHERE verification_id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| record(&row)).transpose()
    }

    async fn revoke_verification(
        &self,
        id: &VerificationId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let revoked =
            sqlx::query("UPDATE verifications SET revoked_at = ? WHERE verification_id = ? AND revoked_at IS NULL")
                .bind(now.as_milliseconds())
                .bind(id.as_str())
                .execute(&mut *change)
                .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn pending_verifications(&self, user: Option<&UserId>) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM verifications WHERE ended_at IS NULL AND (?1 IS NULL OR user_id = ?1)",
        )
        .bind(user.map(|user| user.as_str()))
        .fetch_one(&self.readers)
        .await?;
        Ok(count as u64)
    }

    async fn report_of_bundle(&self, key: BundleKey) -> Result<Option<ScanReport>, StoreError> {
        let row: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT report FROM verdicts WHERE bundle_key = ?1 AND ruleset_version = ?2 UNION ALL \
             SELECT report FROM verified_reports WHERE bundle_key = ?1 AND ruleset_version = ?2 LIMIT 1",
        )
        .bind(key.digest().as_bytes().to_vec())
        .bind(ruleset_version().as_str())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let report = serde_json::from_slice(&decompress(&row)?);
        report.map(Some).map_err(|error| StoreError::corrupt("report of a scan", error))
    }

    async fn keep_report(
        &self,
        key: BundleKey,
        report: &ScanReport,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM verified_reports WHERE made_at < ?")
            .bind(since.as_milliseconds())
            .execute(&mut *change)
            .await?;
        sqlx::query(
            "INSERT OR REPLACE INTO verified_reports (bundle_key, ruleset_version, report, made_at) VALUES (?, ?, ?, ?)",
        )
        .bind(key.digest().as_bytes().to_vec())
        .bind(report.ruleset_version.as_str())
        .bind(compress(json(report)?.as_bytes()))
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
        change.commit().await?;
        Ok(())
    }
}

fn record(row: &SqliteRow) -> Result<VerificationRecord, StoreError> {
    let ended = match row.get::<Option<&str>, _>("outcome") {
        Some(outcome) => Some(EndedVerification {
            at: time(row, "ended_at"),
            expires_at: time(row, "expires_at"),
            outcome: serde_json::from_str(outcome)
                .map_err(|error| StoreError::corrupt("outcome of a verification", error))?,
        }),
        None => None,
    };
    let team = row.get::<Option<&str>, _>("team_id").map(|_| read(row, "team_id")).transpose()?;
    Ok(VerificationRecord {
        begun: NewVerification {
            id: read(row, "verification_id")?,
            user: read(row, "user_id")?,
            team,
            source: VerifiedSource {
                kind: row.get("source_type"),
                reference: row.get("source_ref"),
                version: row.get("source_version"),
                hash: row.get("source_hash"),
            },
            callback_url: row.get("callback_url"),
        },
        attempt: row.get("attempt"),
        created_at: time(row, "created_at"),
        ended,
        revoked_at: row.get::<Option<i64>, _>("revoked_at").map(Timestamp::from_milliseconds),
    })
}
