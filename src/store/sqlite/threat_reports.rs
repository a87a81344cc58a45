//! What people report, until the operator has judged it.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};

use super::super::threats::{NewReport, ReportOutcome, ReportStatus, ReportVerdict, ThreatReport};
use super::super::{AuditEntry, StoreError};
use super::accounts::append;
use super::read::digest;
use super::threats::put;
use super::write::json;
use crate::account::ReportId;
use crate::skill::{Sha256Digest, Timestamp};
use crate::threat::{AffectedPackage, Threat};

const COLUMNS: &str = "SELECT report_id, user_id, team_id, ecosystem, source_ref, digest, category, severity, \
    description, evidence, scan_id, status, threat_id, note, created_at, reviewed_at FROM threat_reports";

/// An hour, in which reports are counted.
const HOUR_MS: i64 = 3_600_000;

pub(super) async fn report(
    pool: &SqlitePool,
    report: &NewReport,
    limit: u32,
    since: Timestamp,
    by: &AuditEntry,
    now: Timestamp,
) -> Result<ReportOutcome, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let query = format!("{COLUMNS} WHERE fingerprint = ?");
    let known = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(fingerprint(report).as_bytes().as_slice())
        .fetch_optional(&mut *change)
        .await?;
    if let Some(row) = known {
        return Ok(ReportOutcome::Known(Box::new(read(&row)?)));
    }
    let times: Vec<i64> = sqlx::query_scalar(
        "SELECT created_at FROM threat_reports WHERE user_id = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?",
    )
    .bind(report.user.as_str())
    .bind(since.as_milliseconds())
    .bind(limit)
    .fetch_all(&mut *change)
    .await?;
    if times.len() >= limit as usize {
        // The oldest of them leaves the window first.
        let oldest = times.last().copied().unwrap_or_else(|| now.as_milliseconds());
        let window = now.as_milliseconds().saturating_sub(since.as_milliseconds()).clamp(1, 24 * HOUR_MS);
        return Ok(ReportOutcome::TooMany(Timestamp::from_milliseconds(oldest.saturating_add(window))));
    }
    sqlx::query(
        "INSERT INTO threat_reports (report_id, user_id, team_id, ecosystem, source_ref, digest, category, severity, \
         description, evidence, scan_id, fingerprint, status, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'submitted', ?)",
    )
    .bind(report.id.as_str())
    .bind(report.user.as_str())
    .bind(report.team.as_ref().map(|team| team.as_str()))
    .bind(report.package.ecosystem().as_str())
    .bind(report.package.name())
    .bind(report.digest.map(|digest| digest.as_bytes().to_vec()))
    .bind(report.category.as_str())
    .bind(report.severity.as_str())
    .bind(&report.description)
    .bind(json(&report.evidence)?)
    .bind(&report.scan_id)
    .bind(fingerprint(report).as_bytes().as_slice())
    .bind(now.as_milliseconds())
    .execute(&mut *change)
    .await?;
    append(&mut change, by, now).await?;
    change.commit().await?;
    Ok(ReportOutcome::Kept)
}

pub(super) async fn find(pool: &SqlitePool, id: &ReportId) -> Result<Option<ThreatReport>, StoreError> {
    let query = format!("{COLUMNS} WHERE report_id = ?");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(pool).await?;
    row.map(|row| read(&row)).transpose()
}

pub(super) async fn list(
    pool: &SqlitePool,
    status: Option<ReportStatus>,
    limit: u32,
) -> Result<Vec<ThreatReport>, StoreError> {
    let query = format!("{COLUMNS} WHERE ?1 IS NULL OR status = ?1 ORDER BY created_at, report_id LIMIT ?2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(status.map(ReportStatus::as_str))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn review(
    pool: &SqlitePool,
    id: &ReportId,
    verdict: &ReportVerdict,
    note: Option<&str>,
    by: &AuditEntry,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let (status, threat): (_, Option<&Threat>) = match verdict {
        ReportVerdict::Accepted(threat) => (ReportStatus::Accepted, Some(threat)),
        ReportVerdict::Rejected => (ReportStatus::Rejected, None),
    };
    if let Some(threat) = threat {
        put(&mut change, &[threat], now).await?;
    }
    let done = sqlx::query(
        "UPDATE threat_reports SET status = ?, threat_id = ?, note = ?, reviewed_at = ? \
         WHERE report_id = ? AND status = 'submitted'",
    )
    .bind(status.as_str())
    .bind(threat.map(|threat| threat.id().as_str()))
    .bind(note)
    .bind(now.as_milliseconds())
    .bind(id.as_str())
    .execute(&mut *change)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    append(&mut change, by, now).await?;
    change.commit().await?;
    Ok(true)
}

/// What one account says once: the thing, its digest and what it does.
fn fingerprint(report: &NewReport) -> Sha256Digest {
    let digest = report.digest.map(|digest| digest.to_string()).unwrap_or_default();
    let text = [report.user.as_str(), &report.package.to_string(), &digest, report.category.as_str()].join("\n");
    Sha256Digest::of(text.as_bytes())
}

fn read(row: &SqliteRow) -> Result<ThreatReport, StoreError> {
    let corrupt = |what: &'static str| StoreError::corrupt("report", what);
    let word = |column: &str| row.get::<&str, _>(column);
    let ecosystem = word("ecosystem").parse().map_err(|_| corrupt("its ecosystem is none"))?;
    let team: Option<&str> = row.get("team_id");
    let threat: Option<&str> = row.get("threat_id");
    let reviewed_at: Option<i64> = row.get("reviewed_at");
    let report = NewReport {
        id: word("report_id").parse().map_err(|_| corrupt("its id is none"))?,
        user: word("user_id").parse().map_err(|_| corrupt("its account is none"))?,
        team: team.map(str::parse).transpose().map_err(|_| corrupt("its team is none"))?,
        package: AffectedPackage::new(ecosystem, word("source_ref"), None)
            .map_err(|_| corrupt("its package is none"))?,
        digest: row.get::<Option<Vec<u8>>, _>("digest").map(digest).transpose()?,
        category: word("category").parse().map_err(|_| corrupt("its category is none"))?,
        severity: word("severity").parse().map_err(|_| corrupt("its severity is none"))?,
        description: row.get("description"),
        evidence: super::read::json("list of evidence", row.get("evidence"))?,
        scan_id: row.get("scan_id"),
    };
    Ok(ThreatReport {
        report,
        status: ReportStatus::parse(word("status")).ok_or_else(|| corrupt("its status is none"))?,
        threat: threat.map(str::parse).transpose().map_err(|_| corrupt("its threat is none"))?,
        note: row.get("note"),
        created_at: Timestamp::from_milliseconds(row.get("created_at")),
        reviewed_at: reviewed_at.map(Timestamp::from_milliseconds),
    })
}
