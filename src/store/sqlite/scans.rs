//! Scans of accounts.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::super::scans::{
    LeasedScan, NewScan, ScanActivity, ScanAdmission, ScanEnd, ScanFilter, ScanKey, ScanKind, ScanLease, ScanLimits,
    ScanListing, ScanPage, ScanRecord, ScanResult, ScanSpaces, ScanStatus, Scans, parse_verdict, verdict_word,
};
use super::super::{AuditEntry, LeaseTerms, StoreError};
use super::SqliteStore;
use super::write::{Change, json};
use crate::account::UserId;
use crate::skill::{Sha256Digest, Timestamp};

const DAY_MS: i64 = 86_400_000;
/// What lists show: all but the detail.
const COLUMNS: &str = "s.number, s.scan_id, s.kind, s.user_id, u.email, s.team_id, s.target, s.policy, s.digest, \
    s.digests, s.status, s.reason, s.score, s.verdict, s.summary, s.created_at, s.updated_at, s.duration_ms";

#[async_trait]
impl Scans for SqliteStore {
    async fn create_scan(
        &self,
        scan: &NewScan,
        limits: &ScanLimits,
        now: Timestamp,
    ) -> Result<ScanAdmission, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(refused) = beyond(&mut change, scan, limits, now).await? {
            return Ok(refused);
        }
        insert(&mut change, scan, now).await?;
        if let Some(bytes) = &scan.file {
            sqlx::query("INSERT INTO scan_files (scan_id, bytes) VALUES (?, ?)")
                .bind(scan.key.as_str())
                .bind(bytes.as_slice())
                .execute(&mut *change)
                .await?;
        }
        change.commit().await?;
        Ok(ScanAdmission::Created)
    }

    async fn count_scan(&self, user: &UserId, per_day: u32, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let is_counted = count(&mut change, user, per_day, now).await?;
        change.commit().await?;
        Ok(is_counted)
    }

    async fn scan(&self, key: &ScanKey) -> Result<Option<ScanRecord>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS}, s.detail FROM scans s JOIN users u ON u.user_id = s.user_id WHERE s.scan_id = ?"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(key.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| record(&row, row.get("detail"))).transpose()
    }

    async fn list_scans(
        &self,
        spaces: &ScanSpaces,
        filter: &ScanFilter,
        page: ScanPage,
    ) -> Result<ScanListing, StoreError> {
        let spaces = self.filled(spaces, filter.is_upload).await?;
        let total = match page {
            ScanPage::After { .. } => None,
            ScanPage::Offset { .. } if spaces.is_empty() => Some(0),
            ScanPage::Offset { .. } => Some(self.total(&spaces, filter).await?),
        };
        if spaces.is_empty() {
            return Ok(ScanListing { scans: Vec::new(), total });
        }
        let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} FROM ("));
        push_all(&mut query, &spaces, filter, |query| {
            if let ScanPage::After { last: Some((at, number)), .. } = page {
                query.push(" AND (created_at, number) < (").push_bind(at.as_milliseconds());
                query.push(", ").push_bind(number).push(")");
            }
        });
        // From the end that is nearer: rows that are left out are walked over.
        let (order, limit, offset) = match page {
            ScanPage::After { limit, .. } => ("DESC", u64::from(limit), 0),
            ScanPage::Offset { offset, limit } => {
                let total = total.unwrap_or_default();
                let limit = u64::from(limit).min(total.saturating_sub(offset));
                let from_end = total.saturating_sub(offset).saturating_sub(limit);
                if from_end < offset { ("ASC", limit, from_end) } else { ("DESC", limit, offset) }
            }
        };
        query.push(format!(" ORDER BY 2 {order}, 1 {order} LIMIT "));
        query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).push(" OFFSET ");
        query.push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
        query.push(
            ") p JOIN scans s ON s.number = p.number JOIN users u ON u.user_id = s.user_id \
             ORDER BY s.created_at DESC, s.number DESC",
        );
        let rows = query.build().fetch_all(&self.readers).await?;
        let scans = rows.iter().map(|row| record(row, None)).collect::<Result<_, _>>()?;
        Ok(ScanListing { scans, total })
    }

    async fn delete_scan(&self, key: &ScanKey, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError> {
        // What is freed is overwritten, so that nothing of a file is left in the database.
        sqlx::query("PRAGMA secure_delete = ON").execute(&self.writer).await?;
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM scan_files WHERE scan_id = ?").bind(key.as_str()).execute(&mut *change).await?;
        let deleted =
            sqlx::query("DELETE FROM scans WHERE scan_id = ?").bind(key.as_str()).execute(&mut *change).await?;
        let is_deleted = Self::end(change, deleted.rows_affected(), by, now).await?;
        if is_deleted {
            // The log of the database still has what was written there before.
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        }
        Ok(is_deleted)
    }

    async fn lease_scan(
        &self,
        worker: &str,
        terms: LeaseTerms,
        at_once: u32,
    ) -> Result<Option<LeasedScan>, StoreError> {
        let now = terms.now.as_milliseconds();
        // Most of the time nothing waits, and then nothing is written.
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT number FROM scans WHERE status IN ('queued', 'extracting', 'processing') \
             AND (status = 'queued' OR leased_until <= ?) LIMIT 1",
        )
        .bind(now)
        .fetch_optional(&self.readers)
        .await?;
        if waiting.is_none() {
            return Ok(None);
        }
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        give_up_lost(&mut change, terms).await?;
        let row = sqlx::query(
            "UPDATE scans SET losses = losses + (status <> 'queued'), status = 'extracting', \
             lease_number = lease_number + 1, worker = ?1, leased_until = ?2, updated_at = ?3, \
             started_at = ?3 WHERE number = ( \
             SELECT number FROM scans s WHERE status IN ('queued', 'extracting', 'processing') \
             AND (status = 'queued' OR leased_until <= ?3) AND (SELECT count(*) FROM scans r \
             WHERE r.status IN ('extracting', 'processing') AND r.user_id = s.user_id AND r.leased_until > ?3) < ?4 \
             ORDER BY created_at, number LIMIT 1) RETURNING number, lease_number, kind, target, scan_id",
        )
        .bind(worker)
        .bind(terms.until.as_milliseconds())
        .bind(now)
        .bind(at_once)
        .fetch_optional(&mut *change)
        .await?;
        let Some(row) = row else {
            change.commit().await?;
            return Ok(None);
        };
        let file = sqlx::query_scalar("SELECT bytes FROM scan_files WHERE scan_id = ?")
            .bind(row.get::<&str, _>("scan_id"))
            .fetch_optional(&mut *change)
            .await?;
        change.commit().await?;
        Ok(Some(LeasedScan {
            lease: ScanLease { number: row.get("number"), lease_number: row.get("lease_number") },
            kind: kind_of(&row)?,
            target: row.get("target"),
            file,
        }))
    }

    async fn extend_scan(
        &self,
        lease: &ScanLease,
        status: Option<ScanStatus>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE scans SET status = coalesce(?1, status), leased_until = ?2, \
             updated_at = iif(coalesce(?1, status) = status, updated_at, ?3) \
             WHERE number = ?4 AND lease_number = ?5 AND status IN ('extracting', 'processing')",
        )
        .bind(status.map(ScanStatus::as_str))
        .bind(until.as_milliseconds())
        .bind(now.as_milliseconds())
        .bind(lease.number)
        .bind(lease.lease_number)
        .execute(&self.writer)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    async fn finish_scan(&self, lease: &ScanLease, end: &ScanEnd, now: Timestamp) -> Result<bool, StoreError> {
        let (status, reason, result) = match end {
            ScanEnd::Done(result) => (ScanStatus::Completed, None, Some(result)),
            ScanEnd::Without { status, reason } => (*status, Some(reason), None),
        };
        sqlx::query("PRAGMA secure_delete = ON").execute(&self.writer).await?;
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let key: Option<String> = sqlx::query_scalar(
            "UPDATE scans SET status = ?1, reason = ?2, score = ?3, verdict = ?4, digests = ?5, summary = ?6, \
             detail = ?7, updated_at = ?8, duration_ms = ?8 - started_at, worker = NULL, leased_until = NULL \
             WHERE number = ?9 AND lease_number = ?10 AND status IN ('extracting', 'processing') RETURNING scan_id",
        )
        .bind(status.as_str())
        .bind(reason)
        .bind(result.map(|result| i64::from(result.score)))
        .bind(result.map(|result| verdict_word(result.verdict)))
        .bind(json(&result.map(|result| result.digests.clone()).unwrap_or_default())?)
        .bind(result.map(|result| json(&result.summary)).transpose()?)
        .bind(result.map(|result| json(&result.detail)).transpose()?)
        .bind(now.as_milliseconds())
        .bind(lease.number)
        .bind(lease.lease_number)
        .fetch_optional(&mut *change)
        .await?;
        let Some(key) = key else { return Ok(false) };
        sqlx::query("DELETE FROM scan_files WHERE scan_id = ?").bind(key).execute(&mut *change).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn scan_activity(&self, users: &[UserId]) -> Result<Vec<(UserId, ScanActivity)>, StoreError> {
        let rows = sqlx::query(
            "SELECT user_id, count(*) AS count, max(created_at) AS last_at FROM scans \
             WHERE user_id IN (SELECT value FROM json_each(?)) GROUP BY user_id",
        )
        .bind(json(users)?)
        .fetch_all(&self.readers)
        .await?;
        let activity = |row: &SqliteRow| {
            let last_at = row.get::<Option<i64>, _>("last_at").map(Timestamp::from_milliseconds);
            Ok((read(row, "user_id")?, ScanActivity { count: row.get::<i64, _>("count") as u64, last_at }))
        };
        rows.iter().map(activity).collect()
    }
}

impl SqliteStore {
    /// Returns the spaces that have anything in them: to merge two costs twice as much as to read
    /// one.
    async fn filled(&self, spaces: &ScanSpaces, is_upload: bool) -> Result<Vec<String>, StoreError> {
        let filled = sqlx::query_scalar(
            "SELECT space FROM scan_totals WHERE is_upload = ? AND space IN (?, ?) GROUP BY space \
             HAVING sum(count) > 0",
        )
        .bind(is_upload)
        .bind(spaces.user.as_str())
        .bind(spaces.team.as_ref().map(|team| team.as_str()));
        Ok(filled.fetch_all(&self.readers).await?)
    }

    /// Counts a whole list: by what is kept of its length where nothing but the status is filtered.
    async fn total(&self, spaces: &[String], filter: &ScanFilter) -> Result<u64, StoreError> {
        let plain = ScanFilter { is_upload: filter.is_upload, status: filter.status, ..ScanFilter::default() };
        let mut query = if *filter == plain {
            let mut query = QueryBuilder::new("SELECT coalesce(sum(count), 0) FROM scan_totals WHERE is_upload = ");
            query.push_bind(filter.is_upload).push(" AND space IN (");
            let mut places = query.separated(", ");
            for space in spaces {
                places.push_bind(space.clone());
            }
            query.push(")");
            if let Some(status) = filter.status {
                query.push(" AND status = ").push_bind(status.as_str());
            }
            query
        } else {
            let mut query = QueryBuilder::new("SELECT count(*) FROM (");
            push_all(&mut query, spaces, filter, |_| {});
            query.push(")");
            query
        };
        let count: i64 = query.build_query_scalar().fetch_one(&self.readers).await?;
        Ok(count as u64)
    }
}

/// Writes the numbers of what is in any of the spaces, each in the order of the index.
fn push_all(
    query: &mut QueryBuilder<Sqlite>,
    spaces: &[String],
    filter: &ScanFilter,
    page: impl Fn(&mut QueryBuilder<Sqlite>),
) {
    for (index, space) in spaces.iter().enumerate() {
        query.push(if index == 0 { "" } else { " UNION ALL " });
        query.push("SELECT number, created_at FROM scans WHERE is_upload = ").push_bind(filter.is_upload);
        query.push(" AND space = ").push_bind(space.clone());
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        if let Some(verdict) = filter.verdict {
            query.push(" AND verdict = ").push_bind(verdict_word(verdict));
        }
        if let Some(since) = filter.since {
            query.push(" AND created_at >= ").push_bind(since.as_milliseconds());
        }
        if let Some(until) = filter.until {
            query.push(" AND created_at < ").push_bind(until.as_milliseconds());
        }
        if let Some(search) = &filter.search {
            query.push(" AND instr(lower(target), ").push_bind(search.to_ascii_lowercase()).push(") > 0");
        }
        page(query);
    }
}

/// Tells which limit the account is beyond, and counts the scan where it is beyond none.
async fn beyond(
    change: &mut Change<'_>,
    scan: &NewScan,
    limits: &ScanLimits,
    now: Timestamp,
) -> Result<Option<ScanAdmission>, StoreError> {
    if scan.result.is_none() {
        let (own, all): (i64, i64) = sqlx::query_as(
            "SELECT coalesce(sum(user_id = ?), 0), count(*) FROM scans \
             WHERE status IN ('queued', 'extracting', 'processing')",
        )
        .bind(scan.owner.as_str())
        .fetch_one(&mut **change)
        .await?;
        if own >= i64::from(limits.waiting) {
            return Ok(Some(ScanAdmission::TooManyWaiting));
        }
        if all >= i64::from(limits.queue) {
            return Ok(Some(ScanAdmission::QueueFull));
        }
    }
    let is_counted = count(change, &scan.owner, limits.per_day, now).await?;
    Ok((!is_counted).then_some(ScanAdmission::TooManyToday))
}

/// Counts a scan of an account, unless it has made as many as it may in a day.
async fn count(change: &mut Change<'_>, user: &UserId, per_day: u32, now: Timestamp) -> Result<bool, StoreError> {
    // A clock that is set back gives nobody a new day.
    let counted = sqlx::query(
        "INSERT INTO scan_days (user_id, day, count) SELECT ?1, ?2, 1 WHERE ?3 > 0 ON CONFLICT (user_id) DO UPDATE \
         SET count = iif(excluded.day > day, 1, count + 1), day = max(day, excluded.day) \
         WHERE excluded.day > day OR count < ?3",
    )
    .bind(user.as_str())
    .bind(now.as_milliseconds().div_euclid(DAY_MS))
    .bind(per_day)
    .execute(&mut **change)
    .await?;
    Ok(counted.rows_affected() > 0)
}

async fn insert(change: &mut Change<'_>, scan: &NewScan, now: Timestamp) -> Result<(), StoreError> {
    let status = if scan.result.is_some() { ScanStatus::Completed } else { ScanStatus::Queued };
    let result = scan.result.as_ref();
    sqlx::query(
        "INSERT INTO scans (scan_id, kind, is_upload, user_id, team_id, space, target, policy, digest, digests, \
         status, score, verdict, summary, detail, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?5, ?4), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)",
    )
    .bind(scan.key.as_str())
    .bind(scan.kind.as_str())
    .bind(scan.kind == ScanKind::Upload)
    .bind(scan.owner.as_str())
    .bind(scan.team.as_ref().map(|team| team.as_str()))
    .bind(&scan.target)
    .bind(&scan.policy)
    .bind(scan.digest.as_ref().map(|digest| digest.as_bytes().to_vec()))
    .bind(json(&result.map(|result| result.digests.clone()).unwrap_or_default())?)
    .bind(status.as_str())
    .bind(result.map(|result| i64::from(result.score)))
    .bind(result.map(|result| verdict_word(result.verdict)))
    .bind(result.map(|result| json(&result.summary)).transpose()?)
    .bind(result.map(|result| json(&result.detail)).transpose()?)
    .bind(now.as_milliseconds())
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// Gives up what is due and whose workers vanished too often.
async fn give_up_lost(change: &mut Change<'_>, terms: LeaseTerms) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE scans SET status = 'error', reason = ?1, updated_at = ?2, worker = NULL, leased_until = NULL \
         WHERE status IN ('extracting', 'processing') AND leased_until <= ?2 AND losses + 1 >= ?3",
    )
    .bind(format!("the service ended {} times while it worked on it", terms.loss_limit))
    .bind(terms.now.as_milliseconds())
    .bind(terms.loss_limit)
    .execute(&mut **change)
    .await?;
    sqlx::query(
        "DELETE FROM scan_files WHERE scan_id IN (SELECT f.scan_id FROM scan_files f JOIN scans s \
         ON s.scan_id = f.scan_id WHERE s.status = 'error')",
    )
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn record(row: &SqliteRow, detail: Option<&str>) -> Result<ScanRecord, StoreError> {
    let verdict = row.get::<Option<&str>, _>("verdict");
    let result = verdict.map(|word| {
        let verdict = parse_verdict(word).ok_or_else(|| StoreError::corrupt("verdict of a scan", word))?;
        let digests: Vec<Sha256Digest> = value(row.get("digests"))?;
        let summary = row.get::<Option<&str>, _>("summary").map_or(Ok(serde_json::Value::Null), value)?;
        let detail = detail.map_or(Ok(serde_json::Value::Null), value)?;
        Ok::<_, StoreError>(ScanResult { score: row.get::<i64, _>("score") as u32, verdict, digests, summary, detail })
    });
    let digest = row.get::<Option<&[u8]>, _>("digest").map(|bytes| {
        let bytes: Result<[u8; 32], _> = bytes.try_into();
        bytes.map(Sha256Digest::from_bytes).map_err(|_| StoreError::corrupt("digest of a scan", "its length"))
    });
    let team = row.get::<Option<&str>, _>("team_id").map(|_| read(row, "team_id")).transpose()?;
    Ok(ScanRecord {
        number: row.get("number"),
        key: read(row, "scan_id")?,
        kind: kind_of(row)?,
        owner: read(row, "user_id")?,
        owner_email: row.get("email"),
        team,
        target: row.get("target"),
        policy: row.get("policy"),
        digest: digest.transpose()?,
        status: read(row, "status")?,
        reason: row.get("reason"),
        result: result.transpose()?,
        created_at: Timestamp::from_milliseconds(row.get("created_at")),
        updated_at: Timestamp::from_milliseconds(row.get("updated_at")),
        duration_ms: row.get::<Option<i64>, _>("duration_ms").map(|duration| duration.max(0) as u64),
    })
}

fn kind_of(row: &SqliteRow) -> Result<ScanKind, StoreError> {
    let word: &str = row.get("kind");
    ScanKind::parse(word).ok_or_else(|| StoreError::corrupt("kind of a scan", word))
}

fn value<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::corrupt("what came of a scan", error))
}

/// Reads a column through the type that wrote it.
fn read<T: std::str::FromStr<Err: std::fmt::Display>>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    row.get::<&str, _>(column).parse().map_err(|error| StoreError::corrupt(column, error))
}
