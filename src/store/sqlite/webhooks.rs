//! Messages to callback URLs, and the secrets that sign them.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{AuditEntry, StoreError, WebhookEnd, WebhookMessage, WebhookSecrets, WebhookState, Webhooks};
use super::SqliteStore;
use super::accounts::{append, read, time};
use crate::account::UserId;
use crate::skill::Timestamp;

const COLUMNS: &str =
    "message_id, user_id, verification_id, url, body, state, attempt, due_at, last_answer, created_at";

#[async_trait]
impl Webhooks for SqliteStore {
    async fn webhook_secrets(&self, user: &UserId) -> Result<Option<WebhookSecrets>, StoreError> {
        let row =
            sqlx::query("SELECT secret, made_at, previous, previous_until FROM webhook_secrets WHERE user_id = ?")
                .bind(user.as_str())
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(|row| WebhookSecrets {
            secret: row.get("secret"),
            made_at: time(&row, "made_at"),
            previous: row.get::<Option<String>, _>("previous").map(|previous| (previous, time(&row, "previous_until"))),
        }))
    }

    async fn put_webhook_secret(
        &self,
        user: &UserId,
        secret: &str,
        previous_until: Timestamp,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO webhook_secrets (user_id, secret, made_at) VALUES (?1, ?2, ?3) ON CONFLICT (user_id) \
             DO UPDATE SET previous = secret, previous_until = ?4, secret = ?2, made_at = ?3",
        )
        .bind(user.as_str())
        .bind(secret)
        .bind(now.as_milliseconds())
        .bind(previous_until.as_milliseconds())
        .execute(&mut *change)
        .await?;
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(())
    }

    async fn take_webhook(&self, lease_until: Timestamp, now: Timestamp) -> Result<Option<WebhookMessage>, StoreError> {
        let query = format!(
            "UPDATE webhook_messages SET attempt = attempt + 1, due_at = ? WHERE message_id = \
             (SELECT message_id FROM webhook_messages WHERE state = 'pending' AND due_at <= ? \
             ORDER BY due_at, message_id LIMIT 1) RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(lease_until.as_milliseconds())
            .bind(now.as_milliseconds())
            .fetch_optional(&self.writer)
            .await?;
        row.map(|row| message(&row)).transpose()
    }

    async fn end_webhook_attempt(
        &self,
        id: &str,
        attempt: u32,
        end: &WebhookEnd,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let state = match (end.is_taken, end.again_at) {
            (true, _) => WebhookState::Delivered,
            (false, Some(_)) => WebhookState::Pending,
            (false, None) => WebhookState::Dead,
        };
        let ended_at = (state != WebhookState::Pending).then_some(now.as_milliseconds());
        sqlx::query(
            "UPDATE webhook_messages SET state = ?, due_at = coalesce(?, due_at), last_answer = ?, ended_at = ? \
             WHERE message_id = ? AND attempt = ? AND state = 'pending'",
        )
        .bind(state.as_str())
        .bind(end.again_at.filter(|_| !end.is_taken).map(Timestamp::as_milliseconds))
        .bind(&end.answer)
        .bind(ended_at)
        .bind(id)
        .bind(attempt)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn webhook_messages(
        &self,
        state: Option<WebhookState>,
        limit: u32,
    ) -> Result<Vec<WebhookMessage>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} FROM webhook_messages WHERE (?1 IS NULL OR state = ?1) \
             ORDER BY created_at DESC, message_id LIMIT ?2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(state.map(WebhookState::as_str))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(message).collect()
    }

    async fn retry_webhooks(&self, id: Option<&str>, now: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "UPDATE webhook_messages SET state = 'pending', attempt = 0, due_at = ?1, ended_at = NULL \
             WHERE state = 'dead' AND (?2 IS NULL OR message_id = ?2)",
        )
        .bind(now.as_milliseconds())
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}

fn message(row: &SqliteRow) -> Result<WebhookMessage, StoreError> {
    let state: &str = row.get("state");
    let state = WebhookState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(WebhookMessage {
        id: row.get("message_id"),
        user: read(row, "user_id")?,
        verification: read(row, "verification_id")?,
        url: row.get("url"),
        body: row.get("body"),
        state: state.ok_or_else(|| StoreError::corrupt("state", "no state of a message"))?,
        attempt: row.get("attempt"),
        due_at: time(row, "due_at"),
        last_answer: row.get("last_answer"),
        created_at: time(row, "created_at"),
    })
}
