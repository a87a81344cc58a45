//! Visits to sources, and how skills stand to them.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::freshness::{Freshness, ListingChange, SkillStanding, SourceHistory, VisitNote};
use super::super::takedowns::TakedownTarget;
use super::super::{DigestMatch, SkillRecord, StoreError};
use super::listing::settle;
use super::read::{self, digest, json};
use super::write::Change;
use super::{SqliteStore, digests, takedowns};
use crate::recipe::HeldDigest;
use crate::scan::ruleset_version;
use crate::skill::{SkillId, SkillSource, SourceIdentity, Timestamp};

#[async_trait]
impl Freshness for SqliteStore {
    async fn note_visit(&self, source: &str, note: VisitNote, now: Timestamp) -> Result<ListingChange, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO sources (key) VALUES (?) ON CONFLICT (key) DO NOTHING")
            .bind(source)
            .execute(&mut *change)
            .await?;
        let id: i64 = sqlx::query_scalar("SELECT source_id FROM sources WHERE key = ?")
            .bind(source)
            .fetch_one(&mut *change)
            .await?;
        let settled = match note {
            VisitNote::Seen { is_changed } => note_seen(&mut change, id, is_changed, now).await?,
            VisitNote::Gone { confirmed_by } => note_gone(&mut change, id, confirmed_by, now).await?,
            VisitNote::Failed => {
                sqlx::query(
                    "INSERT INTO source_states (source_id, failing_since) VALUES (?1, ?2) ON CONFLICT (source_id) \
                     DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since)",
                )
                .bind(id)
                .bind(now.as_milliseconds())
                .execute(&mut *change)
                .await?;
                ListingChange::default()
            }
        };
        change.commit().await?;
        Ok(settled)
    }

    async fn source_histories(&self, keys: &[String]) -> Result<Vec<SourceHistory>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.key, t.seen_at, t.changed_at, t.failing_since, t.gone_since, t.unlisted_at FROM sources s \
             JOIN source_states t ON t.source_id = s.source_id WHERE s.key IN (SELECT value FROM json_each(?)) ORDER BY s.key",
        )
        .bind(super::write::json(keys)?)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.iter().map(history).collect())
    }

    async fn crawled_sources(&self, limit: u32) -> Result<Vec<SourceHistory>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.key, t.seen_at, t.changed_at, t.failing_since, t.gone_since, t.unlisted_at FROM jobs j \
             JOIN sources s ON s.key = j.key JOIN source_states t ON t.source_id = s.source_id ORDER BY s.key LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.iter().map(history).collect())
    }

    async fn standing(&self, id: SkillId) -> Result<Option<SkillStanding>, StoreError> {
        let bytes = id.as_bytes().to_vec();
        let row = sqlx::query(
            "SELECT is_listed, unlisted_at, indexed_at, source, content_hash, package_hash FROM skills WHERE skill_id = ?",
        )
        .bind(&bytes)
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sources = sqlx::query(
            "SELECT s.key, t.seen_at, t.changed_at, t.failing_since, t.gone_since, t.unlisted_at FROM sightings g \
             JOIN sources s ON s.source_id = g.source_id LEFT JOIN source_states t ON t.source_id = g.source_id \
             WHERE g.skill_id = ? ORDER BY s.key",
        )
        .bind(&bytes)
        .fetch_all(&self.readers)
        .await?;
        let source: SkillSource = json("source", row.get(3))?;
        let targets = TakedownTarget::covering(&source.identity, digest(row.get(4))?, digest(row.get(5))?);
        Ok(Some(SkillStanding {
            is_listed: row.get(0),
            unlisted_at: time(&row, 1),
            indexed_at: Timestamp::from_milliseconds(row.get(2)),
            sources: sources.iter().map(history).collect(),
            takedowns: takedowns::of_targets(&self.readers, &targets).await?,
        }))
    }

    async fn unlisted_skill_at(&self, identities: &[SourceIdentity]) -> Result<Option<SkillRecord>, StoreError> {
        read::skill_at(&self.readers, identities, false).await
    }

    async fn unlisted_with_digest(&self, held: HeldDigest) -> Result<Vec<DigestMatch>, StoreError> {
        digests::skills_with_digest(&self.readers, held, None, false).await
    }

    async fn outdated_count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM bundles b WHERE EXISTS (SELECT 1 FROM skills s WHERE s.bundle_key = b.bundle_key AND s.is_listed = 1) \
             AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.bundle_key = b.bundle_key AND v.ruleset_version = ?)",
        )
        .bind(ruleset_version().as_str())
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }
}

/// Notes that a source is there; its skills count as shown by it again.
pub(super) async fn note_seen(
    change: &mut Change<'_>,
    source_id: i64,
    is_changed: bool,
    now: Timestamp,
) -> Result<ListingChange, StoreError> {
    let was_unlisted = is_unlisted(change, source_id).await?;
    sqlx::query(
        "INSERT INTO source_states (source_id, seen_at, changed_at) VALUES (?1, ?2, ?2) ON CONFLICT (source_id) \
         DO UPDATE SET seen_at = excluded.seen_at, changed_at = iif(?3, excluded.seen_at, coalesce(changed_at, excluded.seen_at)), \
         failing_since = NULL, gone_since = NULL, gone_at = NULL, unlisted_at = NULL",
    )
    .bind(source_id)
    .bind(now.as_milliseconds())
    .bind(is_changed)
    .execute(&mut **change)
    .await?;
    if !was_unlisted {
        return Ok(ListingChange::default());
    }
    let skills = shown_by(change, source_id).await?;
    settle(change, skills, now).await
}

async fn note_gone(
    change: &mut Change<'_>,
    source_id: i64,
    confirmed_by: Timestamp,
    now: Timestamp,
) -> Result<ListingChange, StoreError> {
    let was_unlisted = is_unlisted(change, source_id).await?;
    sqlx::query(
        "INSERT INTO source_states (source_id, failing_since, gone_since, gone_at) VALUES (?1, ?2, ?2, ?2) \
         ON CONFLICT (source_id) DO UPDATE SET failing_since = coalesce(failing_since, ?2), \
         gone_since = coalesce(gone_since, ?2), gone_at = ?2",
    )
    .bind(source_id)
    .bind(now.as_milliseconds())
    .execute(&mut **change)
    .await?;
    let unlisted = sqlx::query(
        "UPDATE source_states SET unlisted_at = ?1 WHERE source_id = ?2 AND unlisted_at IS NULL AND gone_since <= ?3",
    )
    .bind(now.as_milliseconds())
    .bind(source_id)
    .bind(confirmed_by.as_milliseconds())
    .execute(&mut **change)
    .await?;
    if was_unlisted || unlisted.rows_affected() == 0 {
        return Ok(ListingChange::default());
    }
    let skills = shown_by(change, source_id).await?;
    settle(change, skills, now).await
}

async fn is_unlisted(change: &mut Change<'_>, source_id: i64) -> Result<bool, StoreError> {
    let unlisted: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM source_states WHERE source_id = ? AND unlisted_at IS NOT NULL)",
    )
    .bind(source_id)
    .fetch_one(&mut **change)
    .await?;
    Ok(unlisted)
}

async fn shown_by(change: &mut Change<'_>, source_id: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("SELECT skill_id FROM sightings WHERE source_id = ?")
        .bind(source_id)
        .fetch_all(&mut **change)
        .await?)
}

fn history(row: &SqliteRow) -> SourceHistory {
    SourceHistory {
        key: row.get(0),
        seen_at: time(row, 1),
        changed_at: time(row, 2),
        failing_since: time(row, 3),
        gone_since: time(row, 4),
        unlisted_at: time(row, 5),
    }
}

fn time(row: &SqliteRow, column: usize) -> Option<Timestamp> {
    row.get::<Option<i64>, _>(column).map(Timestamp::from_milliseconds)
}
