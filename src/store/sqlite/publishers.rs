//! What the index has seen of a publisher.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{PublishedSkill, PublisherHistories, PublisherHistory, StoreError};
use super::SqliteStore;
use super::accounts::time;
use super::read::{digest, json as read_json};
use crate::scan::SafetyStatus;
use crate::skill::{SkillId, Timestamp};

/// A bundle that was stored before counts with its latest verdict alone.
const SKILLS: &str = "SELECT s.skill_id, s.source, s.is_listed, s.is_copy, s.is_complete, s.package_hash, \
    s.content_hash, b.name, \
    (SELECT v.summary FROM verdicts v WHERE v.bundle_key = s.bundle_key ORDER BY v.verdict_id DESC LIMIT 1) AS summary, \
    (SELECT count(*) FROM skill_bundles h JOIN verdicts v ON v.bundle_key = h.bundle_key \
     WHERE h.skill_id = s.skill_id) AS scan_count, \
    (SELECT max(v.analyzed_at) FROM skill_bundles h JOIN verdicts v ON v.verdict_id = \
     (SELECT max(w.verdict_id) FROM verdicts w WHERE w.bundle_key = h.bundle_key) \
     WHERE h.skill_id = s.skill_id AND h.bundle_key <> s.bundle_key AND v.status = 'dangerous') AS dangerous_at, \
    (SELECT max(v.analyzed_at) FROM skill_bundles h JOIN verdicts v ON v.verdict_id = \
     (SELECT max(w.verdict_id) FROM verdicts w WHERE w.bundle_key = h.bundle_key) \
     WHERE h.skill_id = s.skill_id AND h.bundle_key <> s.bundle_key AND v.status = 'warning') AS warned_at \
    FROM skills s JOIN bundles b ON b.bundle_key = s.bundle_key WHERE s.account = ? \
    ORDER BY s.canonical_source LIMIT ?";

#[async_trait]
impl PublisherHistories for SqliteStore {
    async fn publisher_history(&self, accounts: &[String], limit: u32) -> Result<Option<PublisherHistory>, StoreError> {
        for account in accounts.iter().filter(|account| !account.is_empty()) {
            let first: Option<i64> = sqlx::query_scalar("SELECT min(indexed_at) FROM skills WHERE account = ?")
                .bind(account)
                .fetch_one(&self.readers)
                .await?;
            let Some(first) = first else { continue };
            let rows = sqlx::query(SKILLS).bind(account).bind(limit).fetch_all(&self.readers).await?;
            return Ok(Some(PublisherHistory {
                account: account.clone(),
                first_seen: Timestamp::from_milliseconds(first),
                skills: rows.iter().map(skill).collect::<Result<_, _>>()?,
            }));
        }
        Ok(None)
    }
}

fn skill(row: &SqliteRow) -> Result<PublishedSkill, StoreError> {
    let id: [u8; 16] = row
        .get::<&[u8], _>("skill_id")
        .try_into()
        .map_err(|_| StoreError::corrupt("skill id", "it does not have 16 bytes"))?;
    let at = |column: &str, status| row.get::<Option<i64>, _>(column).map(|_| (status, time(row, column)));
    let summary: Option<String> = row.get("summary");
    Ok(PublishedSkill {
        skill_id: SkillId::from_bytes(id),
        name: row.get("name"),
        source: read_json("source of a skill", row.get("source"))?,
        is_listed: row.get("is_listed"),
        is_copy: row.get("is_copy"),
        is_complete: row.get("is_complete"),
        package_hash: digest(row.get("package_hash"))?,
        content_hash: digest(row.get("content_hash"))?,
        verdict: summary.map(|summary| read_json("verdict", summary)).transpose()?,
        scan_count: row.get::<i64, _>("scan_count") as u64,
        worst_earlier: at("dangerous_at", SafetyStatus::Dangerous).or_else(|| at("warned_at", SafetyStatus::Warning)),
    })
}
