//! What is known to do harm.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::threats::{
    NewReport, PackOutcome, ReportOutcome, ReportStatus, ReportVerdict, TakenPack, ThreatFilter, ThreatPage,
    ThreatReport, Threats,
};
use super::super::{AuditEntry, StoreError};
use super::SqliteStore;
use super::accounts::append;
use super::package_uses::bind_users;
use super::read::digest;
use super::threat_reports;
use super::write::{Change, json, next_sequence};
use crate::account::ReportId;
use crate::skill::{Sha256Digest, Timestamp};
use crate::threat::{
    AffectedPackage, Ecosystem, KnownThreat, Threat, ThreatCategory, ThreatId, ThreatParts, ThreatSeverity,
    ThreatSource, ThreatStatus,
};

const COLUMNS: &str = "t.threat_id, t.source, t.category, t.severity, t.description, t.reference_list, t.status, \
    t.first_seen, t.last_seen, t.report_count, t.sequence, t.created_at, t.updated_at, \
    (SELECT json_group_array(hex(d.digest)) FROM threat_digests d WHERE d.threat_id = t.threat_id) AS digests, \
    (SELECT json_group_array(json_array(p.ecosystem, p.name, p.version)) FROM threat_packages p \
    WHERE p.threat_id = t.threat_id) AS packages, \
    (SELECT json_group_array(hex(x.digest)) FROM threat_dropped_digests x WHERE x.threat_id = t.threat_id) AS dropped \
    FROM threats t";

/// Threats of one set of digests that are read at most.
const MATCHES_LIMIT: i64 = 200;

#[async_trait]
impl Threats for SqliteStore {
    async fn put_threat(&self, threat: &Threat, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if put(&mut change, &[threat], now).await? == Put::default() {
            return Ok(false);
        }
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn withdraw_threat(&self, id: &ThreatId, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if withdraw(&mut change, std::slice::from_ref(id), now).await? == 0 {
            return Ok(false);
        }
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn threat(&self, id: &ThreatId) -> Result<Option<KnownThreat>, StoreError> {
        let query = format!("SELECT {COLUMNS} WHERE t.threat_id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| known(&row)).transpose()
    }

    async fn threats_of(&self, digests: &[Sha256Digest]) -> Result<Vec<KnownThreat>, StoreError> {
        let wanted: Vec<String> = digests.iter().map(|digest| digest.to_hex()).collect();
        let query = format!(
            "SELECT {COLUMNS} WHERE t.status = 'active' AND t.threat_id IN (SELECT threat_id FROM threat_digests \
             WHERE digest IN (SELECT unhex(value) FROM json_each(?))) LIMIT ?"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(json(&wanted)?)
            .bind(MATCHES_LIMIT)
            .fetch_all(&self.readers)
            .await?;
        worst_first(&rows)
    }

    async fn threats_of_packages(&self, packages: &[AffectedPackage]) -> Result<Vec<KnownThreat>, StoreError> {
        // The order is the written one: a look into the key of the table for each package.
        let query = format!(
            "SELECT {COLUMNS} WHERE t.status = 'active' AND t.threat_id IN (SELECT p.threat_id FROM json_each(?1) w \
             CROSS JOIN threat_packages p ON p.ecosystem = w.value ->> 0 AND p.name = w.value ->> 1 \
             AND p.version IN ('', w.value ->> 2)) LIMIT ?2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(json(&packages.iter().map(columns_of).collect::<Vec<_>>())?)
            .bind(MATCHES_LIMIT)
            .fetch_all(&self.readers)
            .await?;
        worst_first(&rows)
    }

    async fn threats(&self, filter: &ThreatFilter, offset: u64, limit: u32) -> Result<ThreatPage, StoreError> {
        const WHERE: &str = "WHERE t.status = 'active' AND (?1 IS NULL OR t.category = ?1) \
            AND t.severity IN (SELECT value FROM json_each(?2)) \
            AND (?3 IS NULL OR EXISTS (SELECT 1 FROM threat_packages p WHERE p.threat_id = t.threat_id AND p.ecosystem = ?3)) \
            AND (?4 IS NULL OR instr(lower(t.description), ?4) > 0 OR EXISTS \
            (SELECT 1 FROM threat_packages p WHERE p.threat_id = t.threat_id AND instr(lower(p.name), ?4) > 0))";
        let least = filter.least_severity.unwrap_or(ThreatSeverity::Low);
        let severities: Vec<&str> =
            ThreatSeverity::ALL.into_iter().filter(|severity| *severity >= least).map(ThreatSeverity::as_str).collect();
        let severities = json(&severities)?;
        let search = filter.search.as_ref().map(|search| search.to_lowercase());
        let query = format!("SELECT {COLUMNS} {WHERE} ORDER BY t.sequence DESC LIMIT ?5 OFFSET ?6");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(filter.category.map(ThreatCategory::as_str))
            .bind(&severities)
            .bind(filter.ecosystem.map(Ecosystem::as_str))
            .bind(&search)
            .bind(limit)
            .bind(i64::try_from(offset).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        let query = format!("SELECT count(*) FROM threats t {WHERE}");
        let total: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(filter.category.map(ThreatCategory::as_str))
            .bind(&severities)
            .bind(filter.ecosystem.map(Ecosystem::as_str))
            .bind(&search)
            .fetch_one(&self.readers)
            .await?;
        Ok(ThreatPage { threats: rows.iter().map(known).collect::<Result<_, _>>()?, total: total.unsigned_abs() })
    }

    async fn threat_changes(&self, sequence: u64, limit: u32) -> Result<Vec<KnownThreat>, StoreError> {
        let query = format!("SELECT {COLUMNS} WHERE t.sequence > ? ORDER BY t.sequence LIMIT ?");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(known).collect()
    }

    async fn threats_changed_after(
        &self,
        at: Timestamp,
        sequence: u64,
        limit: u32,
    ) -> Result<Vec<KnownThreat>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} WHERE (t.updated_at, t.sequence) > (?, ?) ORDER BY t.updated_at, t.sequence LIMIT ?"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(at.as_milliseconds())
            .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(known).collect()
    }

    async fn threat_sequence(&self) -> Result<(u64, Option<Timestamp>), StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT value FROM meta WHERE key = 'threat_sequence'), \
             (SELECT updated_at FROM threats ORDER BY sequence DESC LIMIT 1)",
        )
        .fetch_one(&self.readers)
        .await?;
        let at: Option<i64> = row.get(1);
        Ok((row.get::<i64, _>(0).unsigned_abs(), at.map(Timestamp::from_milliseconds)))
    }

    async fn report_threat(
        &self,
        report: &NewReport,
        limit: u32,
        since: Timestamp,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<ReportOutcome, StoreError> {
        threat_reports::report(&self.writer, report, limit, since, by, now).await
    }

    async fn threat_report(&self, id: &ReportId) -> Result<Option<ThreatReport>, StoreError> {
        threat_reports::find(&self.readers, id).await
    }

    async fn threat_reports(&self, status: Option<ReportStatus>, limit: u32) -> Result<Vec<ThreatReport>, StoreError> {
        threat_reports::list(&self.readers, status, limit).await
    }

    async fn review_report(
        &self,
        id: &ReportId,
        verdict: &ReportVerdict,
        note: Option<&str>,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        threat_reports::review(&self.writer, id, verdict, note, by, now).await
    }

    async fn take_over_pack(
        &self,
        pack: &TakenPack,
        threats: &[Threat],
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<PackOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let known = sqlx::query("SELECT version, digest FROM signature_packs WHERE issuer = ?")
            .bind(&pack.issuer)
            .fetch_optional(&mut *change)
            .await?;
        if let Some(row) = known {
            let version = row.get::<i64, _>(0).unsigned_abs();
            if version > pack.version {
                return Ok(PackOutcome::Older(version));
            }
            if version == pack.version && digest(row.get(1))? != pack.digest {
                return Ok(PackOutcome::Differs);
            }
        }
        let (added, changed, withdrawn) = replace_within(&mut change, &pack.issuer, threats, true, now).await?;
        sqlx::query(
            "INSERT INTO signature_packs (issuer, version, digest, key_id, issued_at, expires_at, taken_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (issuer) DO UPDATE SET version = excluded.version, \
             digest = excluded.digest, key_id = excluded.key_id, issued_at = excluded.issued_at, \
             expires_at = excluded.expires_at, taken_at = excluded.taken_at",
        )
        .bind(&pack.issuer)
        .bind(i64::try_from(pack.version).unwrap_or(i64::MAX))
        .bind(pack.digest.as_bytes().as_slice())
        .bind(&pack.key_id)
        .bind(pack.issued_at.as_milliseconds())
        .bind(pack.expires_at.as_milliseconds())
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
        append(&mut change, by, now).await?;
        change.commit().await?;
        Ok(PackOutcome::Taken { added, changed, withdrawn })
    }

    async fn taken_packs(&self) -> Result<Vec<TakenPack>, StoreError> {
        let rows = sqlx::query(
            "SELECT issuer, version, digest, key_id, issued_at, expires_at, taken_at FROM signature_packs ORDER BY issuer",
        )
        .fetch_all(&self.readers)
        .await?;
        let pack = |row: &SqliteRow| {
            Ok(TakenPack {
                issuer: row.get(0),
                version: row.get::<i64, _>(1).unsigned_abs(),
                digest: digest(row.get(2))?,
                key_id: row.get(3),
                issued_at: Timestamp::from_milliseconds(row.get(4)),
                expires_at: Timestamp::from_milliseconds(row.get(5)),
                taken_at: Timestamp::from_milliseconds(row.get(6)),
            })
        };
        rows.iter().map(pack).collect()
    }
}

/// What putting threats did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Put {
    added: u64,
    changed: u64,
}

/// Makes `threats` all that an issuer says; returns how many are new, say something else, and do
/// not hold any more. Without `counts`, nothing is noted as a change of the store: whoever calls
/// it has the numbers of these changes.
pub(super) async fn replace_within(
    change: &mut Change<'_>,
    issuer: &str,
    threats: &[Threat],
    counts: bool,
    now: Timestamp,
) -> Result<(u64, u64, u64), StoreError> {
    let held: Vec<String> = sqlx::query_scalar("SELECT threat_id FROM threats WHERE source = ? AND status = 'active'")
        .bind(ThreatSource::Pack(issuer.to_owned()).to_word())
        .fetch_all(&mut **change)
        .await?;
    let said: BTreeSet<&str> = threats.iter().map(|threat| threat.id().as_str()).collect();
    let missing: Vec<ThreatId> =
        held.iter().filter(|id| !said.contains(id.as_str())).map(|id| read_id(id)).collect::<Result<_, _>>()?;
    let (withdrawn, freed) = withdraw_within(change, &missing, now).await?;
    let (done, touched) = put_within(change, &threats.iter().collect::<Vec<_>>(), now).await?;
    if counts {
        for touched in [freed, touched].into_iter().flatten() {
            note_change(change, &touched).await?;
        }
    }
    Ok((done.added, done.changed, withdrawn))
}

/// Puts threats, and lets the bundles that they are in know.
pub(super) async fn put(change: &mut Change<'_>, threats: &[&Threat], now: Timestamp) -> Result<Put, StoreError> {
    let (done, touched) = put_within(change, threats, now).await?;
    if let Some(touched) = touched {
        note_change(change, &touched).await?;
    }
    Ok(done)
}

/// Puts threats; returns the bundles whose verdicts change by it, where any threat changed.
async fn put_within(
    change: &mut Change<'_>,
    threats: &[&Threat],
    now: Timestamp,
) -> Result<(Put, Option<BTreeSet<Vec<u8>>>), StoreError> {
    let mut done = Put::default();
    let mut new: Vec<&Threat> = Vec::new();
    let mut freed: Vec<ThreatId> = Vec::new();
    for threat in threats {
        match known_within(change, threat.id()).await? {
            Some(known) if known.threat == **threat && known.status == ThreatStatus::Active => continue,
            Some(known) => {
                *(if known.status == ThreatStatus::Active { &mut done.changed } else { &mut done.added }) += 1;
                freed.push(threat.id().clone());
            }
            None => done.added += 1,
        }
        write_threat(change, threat, now).await?;
        new.push(threat);
    }
    if new.is_empty() {
        return Ok((done, None));
    }
    let mut touched = free_bundles(change, &freed).await?;
    touched.extend(bind_bundles(change, &new).await?);
    Ok((done, Some(touched)))
}

pub(super) async fn withdraw(change: &mut Change<'_>, ids: &[ThreatId], now: Timestamp) -> Result<u64, StoreError> {
    let (withdrawn, touched) = withdraw_within(change, ids, now).await?;
    if let Some(touched) = touched {
        note_change(change, &touched).await?;
    }
    Ok(withdrawn)
}

async fn withdraw_within(
    change: &mut Change<'_>,
    ids: &[ThreatId],
    now: Timestamp,
) -> Result<(u64, Option<BTreeSet<Vec<u8>>>), StoreError> {
    let mut withdrawn = Vec::new();
    for id in ids {
        let sequence = next_threat_sequence(change).await?;
        let done = sqlx::query(
            "UPDATE threats SET status = 'withdrawn', sequence = ?, updated_at = ? WHERE threat_id = ? AND status = 'active'",
        )
        .bind(sequence)
        .bind(now.as_milliseconds())
        .bind(id.as_str())
        .execute(&mut **change)
        .await?;
        if done.rows_affected() > 0 {
            withdrawn.push(id.clone());
        }
    }
    if withdrawn.is_empty() {
        return Ok((0, None));
    }
    let touched = free_bundles(change, &withdrawn).await?;
    Ok((withdrawn.len() as u64, Some(touched)))
}

async fn write_threat(change: &mut Change<'_>, threat: &Threat, now: Timestamp) -> Result<(), StoreError> {
    let (id, parts) = (threat.id().as_str(), threat.parts());
    let sequence = next_threat_sequence(change).await?;
    sqlx::query(
        "INSERT INTO threats (threat_id, source, category, severity, description, reference_list, status, first_seen, \
         last_seen, report_count, sequence, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (threat_id) DO UPDATE SET source = excluded.source, category = excluded.category, \
         severity = excluded.severity, description = excluded.description, reference_list = excluded.reference_list, \
         status = 'active', first_seen = excluded.first_seen, last_seen = excluded.last_seen, \
         report_count = excluded.report_count, sequence = excluded.sequence, updated_at = excluded.updated_at",
    )
    .bind(id)
    .bind(parts.source.to_word())
    .bind(parts.category.as_str())
    .bind(parts.severity.as_str())
    .bind(&parts.description)
    .bind(json(&parts.references)?)
    .bind(parts.first_seen.as_milliseconds())
    .bind(parts.last_seen.as_milliseconds())
    .bind(i64::try_from(parts.report_count).unwrap_or(i64::MAX))
    .bind(sequence)
    .bind(now.as_milliseconds())
    .bind(now.as_milliseconds())
    .execute(&mut **change)
    .await?;
    let digests: Vec<String> = parts.digests.iter().map(|digest| digest.to_hex()).collect();
    let digests = json(&digests)?;
    sqlx::query(
        "INSERT OR IGNORE INTO threat_dropped_digests (threat_id, digest) \
         SELECT threat_id, digest FROM threat_digests WHERE threat_id = ?",
    )
    .bind(id)
    .execute(&mut **change)
    .await?;
    sqlx::query(
        "DELETE FROM threat_dropped_digests WHERE threat_id = ? AND digest IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(id)
    .bind(&digests)
    .execute(&mut **change)
    .await?;
    for table in ["threat_digests", "threat_packages"] {
        let query = format!("DELETE FROM {table} WHERE threat_id = ?");
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).execute(&mut **change).await?;
    }
    sqlx::query("INSERT INTO threat_digests (digest, threat_id) SELECT unhex(value), ? FROM json_each(?)")
        .bind(id)
        .bind(&digests)
        .execute(&mut **change)
        .await?;
    let packages: Vec<[&str; 3]> = parts.packages.iter().map(columns_of).collect();
    sqlx::query(
        "INSERT INTO threat_packages (ecosystem, name, version, threat_id) \
         SELECT value ->> 0, value ->> 1, value ->> 2, ? FROM json_each(?)",
    )
    .bind(id)
    .bind(json(&packages)?)
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// Returns how a package is stored: an empty version is every one.
fn columns_of(package: &AffectedPackage) -> [&str; 3] {
    [package.ecosystem().as_str(), package.name(), package.version().unwrap_or_default()]
}

/// Finds the stored bundles that threats are in. To look into the lists of files reads them all,
/// in one pass for all digests, and only where one is that of stored content. `CROSS JOIN`
/// keeps SQLite to the written order: the other one reads all bundles for each threat.
async fn bind_bundles(change: &mut Change<'_>, threats: &[&Threat]) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let ids: Vec<&str> = threats.iter().map(|threat| threat.id().as_str()).collect();
    let ids = json(&ids)?;
    sqlx::query(
        "INSERT OR IGNORE INTO threatened_bundles (bundle_key, threat_id) \
         SELECT b.bundle_key, d.threat_id FROM json_each(?1) i CROSS JOIN threat_digests d ON d.threat_id = i.value \
         CROSS JOIN bundles b ON b.content_hash = d.digest \
         UNION SELECT b.bundle_key, d.threat_id FROM json_each(?1) i CROSS JOIN threat_digests d ON d.threat_id = i.value \
         CROSS JOIN bundles b ON b.package_hash = d.digest",
    )
    .bind(&ids)
    .execute(&mut **change)
    .await?;
    bind_users(change, threats).await?;
    let of_files: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT lower(hex(d.digest)) FROM json_each(?1) i JOIN threat_digests d ON d.threat_id = i.value \
         WHERE EXISTS (SELECT 1 FROM blobs WHERE sha256 = d.digest)",
    )
    .bind(&ids)
    .fetch_all(&mut **change)
    .await?;
    if !of_files.is_empty() {
        sqlx::query(
            "INSERT OR IGNORE INTO threatened_bundles (bundle_key, threat_id) \
             SELECT b.bundle_key, d.threat_id FROM bundles b CROSS JOIN json_each(b.files) f \
             CROSS JOIN threat_digests d ON d.digest = unhex(substr(f.value ->> 'sha256', 8)) \
             WHERE substr(f.value ->> 'sha256', 8) IN (SELECT value FROM json_each(?2)) \
             AND d.threat_id IN (SELECT value FROM json_each(?1))",
        )
        .bind(&ids)
        .bind(json(&of_files)?)
        .execute(&mut **change)
        .await?;
    }
    keys_of(change, &ids).await
}

/// Takes threats off the bundles that they were in.
async fn free_bundles(change: &mut Change<'_>, threats: &[ThreatId]) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let ids: Vec<&str> = threats.iter().map(ThreatId::as_str).collect();
    let ids = json(&ids)?;
    let keys = keys_of(change, &ids).await?;
    sqlx::query("DELETE FROM threatened_bundles WHERE threat_id IN (SELECT value FROM json_each(?))")
        .bind(&ids)
        .execute(&mut **change)
        .await?;
    Ok(keys)
}

async fn keys_of(change: &mut Change<'_>, ids: &str) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let keys: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT bundle_key FROM threatened_bundles WHERE threat_id IN (SELECT value FROM json_each(?))",
    )
    .bind(ids)
    .fetch_all(&mut **change)
    .await?;
    Ok(keys.into_iter().collect())
}

/// Skills of these bundles have changed: the index follows by their numbers, and answers that
/// were made before are not given any more, also of what is not indexed.
pub(super) async fn note_change(change: &mut Change<'_>, bundles: &BTreeSet<Vec<u8>>) -> Result<(), StoreError> {
    for bundle in bundles {
        let skills: Vec<Vec<u8>> = sqlx::query_scalar("SELECT skill_id FROM skills WHERE bundle_key = ?")
            .bind(bundle)
            .fetch_all(&mut **change)
            .await?;
        for skill in skills {
            let sequence = next_sequence(change).await?;
            sqlx::query("UPDATE skills SET sequence = ? WHERE skill_id = ?")
                .bind(sequence)
                .bind(skill)
                .execute(&mut **change)
                .await?;
        }
    }
    next_sequence(change).await?;
    Ok(())
}

async fn next_threat_sequence(change: &mut Change<'_>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("UPDATE meta SET value = value + 1 WHERE key = 'threat_sequence' RETURNING value")
        .fetch_one(&mut **change)
        .await?)
}

async fn known_within(change: &mut Change<'_>, id: &ThreatId) -> Result<Option<KnownThreat>, StoreError> {
    let query = format!("SELECT {COLUMNS} WHERE t.threat_id = ?");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&mut **change).await?;
    row.map(|row| known(&row)).transpose()
}

/// Returns the threats that hold and name one of these packages, given as ecosystem and name.
pub(super) async fn in_packages(pool: &SqlitePool, wanted: &[[String; 2]]) -> Result<Vec<KnownThreat>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} WHERE t.status = 'active' AND t.threat_id IN (SELECT p.threat_id FROM json_each(?) w \
         JOIN threat_packages p ON p.ecosystem = w.value ->> 0 AND p.name = w.value ->> 1) LIMIT ?"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(json(wanted)?).bind(MATCHES_LIMIT).fetch_all(pool).await?;
    worst_first(&rows)
}

/// Returns the worst threat of each of these bundles that has any.
pub(super) async fn of_bundles(
    pool: &SqlitePool,
    keys: &BTreeSet<Vec<u8>>,
) -> Result<BTreeMap<Vec<u8>, KnownThreat>, StoreError> {
    let wanted: Vec<String> = keys.iter().map(hex::encode).collect();
    let query = format!(
        "SELECT {} JOIN threatened_bundles h ON h.threat_id = t.threat_id \
         WHERE h.bundle_key IN (SELECT unhex(value) FROM json_each(?))",
        COLUMNS.replacen("t.threat_id,", "h.bundle_key, t.threat_id,", 1)
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(json(&wanted)?).fetch_all(pool).await?;
    let mut worst: BTreeMap<Vec<u8>, KnownThreat> = BTreeMap::new();
    for row in &rows {
        let (key, found): (Vec<u8>, KnownThreat) = (row.get("bundle_key"), known(row)?);
        match worst.get(&key) {
            Some(known) if !is_worse(&found, known) => {}
            _ => {
                worst.insert(key, found);
            }
        }
    }
    Ok(worst)
}

fn is_worse(left: &KnownThreat, right: &KnownThreat) -> bool {
    let rank = |known: &KnownThreat| (std::cmp::Reverse(known.threat.parts().severity), known.threat.id().clone());
    rank(left) < rank(right)
}

fn worst_first(rows: &[SqliteRow]) -> Result<Vec<KnownThreat>, StoreError> {
    let mut found: Vec<KnownThreat> = rows.iter().map(known).collect::<Result<_, _>>()?;
    found.sort_by(
        |left, right| if is_worse(left, right) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater },
    );
    Ok(found)
}

/// Reads every threat that holds.
pub(super) async fn holding(connection: &mut SqliteConnection) -> Result<Vec<KnownThreat>, StoreError> {
    let query = format!("SELECT {COLUMNS} WHERE t.status = 'active' ORDER BY t.threat_id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(connection).await?;
    rows.iter().map(known).collect()
}

fn known(row: &SqliteRow) -> Result<KnownThreat, StoreError> {
    let corrupt = |what: &'static str| StoreError::corrupt("threat", what);
    let digests = |column: &str| {
        let digits: Vec<String> = super::read::json("list of digests", row.get(column))?;
        let digests = digits.iter().map(|digits| digits.parse()).collect::<Result<Vec<Sha256Digest>, _>>();
        digests.map_err(|_| corrupt("a digest is none"))
    };
    let packages: Vec<[String; 3]> = super::read::json("list of packages", row.get("packages"))?;
    let package = |[ecosystem, name, version]: &[String; 3]| {
        let version = (!version.is_empty()).then_some(version.as_str());
        ecosystem.parse().ok().and_then(|ecosystem| AffectedPackage::new(ecosystem, name, version).ok())
    };
    let time = |column: &str| Timestamp::from_milliseconds(row.get(column));
    let parts = ThreatParts {
        digests: digests("digests")?,
        packages: packages.iter().map(package).collect::<Option<_>>().ok_or_else(|| corrupt("a package is none"))?,
        category: row.get::<&str, _>("category").parse().map_err(|_| corrupt("its category is none"))?,
        severity: row.get::<&str, _>("severity").parse().map_err(|_| corrupt("its severity is none"))?,
        description: row.get("description"),
        references: super::read::json("list of references", row.get("reference_list"))?,
        source: ThreatSource::parse(row.get("source")).ok_or_else(|| corrupt("its source is none"))?,
        first_seen: time("first_seen"),
        last_seen: time("last_seen"),
        report_count: row.get::<i64, _>("report_count").unsigned_abs(),
    };
    let id = read_id(row.get("threat_id"))?;
    Ok(KnownThreat {
        threat: Threat::with_id(Some(id), parts).map_err(|error| StoreError::corrupt("threat", error))?,
        status: ThreatStatus::parse(row.get("status")).ok_or_else(|| corrupt("its status is none"))?,
        sequence: row.get::<i64, _>("sequence").unsigned_abs(),
        created_at: time("created_at"),
        updated_at: time("updated_at"),
        dropped: {
            let mut dropped = digests("dropped")?;
            dropped.sort_unstable();
            dropped
        },
    })
}

fn read_id(text: &str) -> Result<ThreatId, StoreError> {
    text.parse().map_err(|error| StoreError::corrupt("id of a threat", error))
}
