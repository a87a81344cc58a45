//! Which packages bundles use, and what follows from what is known of packages.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::super::package_uses::{PackageUses, READER};
use super::super::{BundleKey, StoreError};
use super::SqliteStore;
use super::read::{json as read_json, raw_bundles};
use super::threats::{note_change, put, withdraw};
use super::write::{Change, json};
use crate::advisory::Advisory;
use crate::certificate::PackageCertificate;
use crate::package::{PackageName, PackageRegistry, PackageVersion};
use crate::scan::{PackageSource, PackageUse, UseKind};
use crate::skill::{RawBundle, Timestamp};
use crate::threat::{
    AffectedPackage, Ecosystem, KnownThreat, Threat, ThreatCategory, ThreatId, ThreatLimits, ThreatParts,
    ThreatSeverity, ThreatSource,
};

/// A row of a bundle, as one parameter.
#[derive(Serialize, Deserialize)]
struct UseRow {
    source: PackageSource,
    name: String,
    requirement: Option<String>,
    version: Option<String>,
    kind: UseKind,
    path: String,
    line: Option<u64>,
}

#[async_trait]
impl PackageUses for SqliteStore {
    async fn packages_of(&self, key: BundleKey) -> Result<Option<Vec<PackageUse>>, StoreError> {
        let key = key.digest().as_bytes().to_vec();
        let is_read: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM package_readings WHERE bundle_key = ?)")
            .bind(&key)
            .fetch_one(&self.readers)
            .await?;
        if !is_read {
            return Ok(None);
        }
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT json_object('source', source, 'name', name, 'requirement', requirement, 'version', version, \
             'kind', kind, 'path', path, 'line', line) FROM bundle_packages WHERE bundle_key = ? ORDER BY position",
        )
        .bind(&key)
        .fetch_all(&self.readers)
        .await?;
        let read = |row: String| {
            let UseRow { source, name, requirement, version, kind, path, line } = read_json("use of a package", row)?;
            Ok(PackageUse { source, name, requirement, version, kind, path, line })
        };
        rows.into_iter().map(read).collect::<Result<_, StoreError>>().map(Some)
    }

    async fn unread_packages(
        &self,
        after: Option<BundleKey>,
        limit: u32,
    ) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT b.bundle_key, b.files, b.unread, b.name FROM bundles b WHERE b.bundle_key > ? AND NOT EXISTS \
             (SELECT 1 FROM package_readings r WHERE r.bundle_key = b.bundle_key AND r.reader >= ?) \
             ORDER BY b.bundle_key LIMIT ?",
        )
        .bind(after.map_or_else(Vec::new, |key| key.digest().as_bytes().to_vec()))
        .bind(READER)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        raw_bundles(&self.readers, &rows).await
    }

    async fn put_packages(&self, bundles: Vec<(BundleKey, Vec<PackageUse>)>, now: Timestamp) -> Result<(), StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for (key, uses) in &bundles {
            write_packages(&mut change, key.digest().as_bytes(), uses, now).await?;
        }
        change.commit().await?;
        Ok(())
    }

    async fn threats_in(&self, packages: &[(PackageRegistry, PackageName)]) -> Result<Vec<KnownThreat>, StoreError> {
        let wanted: Vec<[String; 2]> = packages
            .iter()
            .map(|(registry, name)| [registry.as_str().to_owned(), name.as_str().to_lowercase()])
            .collect();
        super::threats::in_packages(&self.readers, &wanted).await
    }

    async fn certificates_of(
        &self,
        releases: &[(PackageRegistry, String, String)],
    ) -> Result<Vec<PackageCertificate>, StoreError> {
        let wanted: Vec<[&str; 3]> = releases
            .iter()
            .map(|(registry, name, version)| [registry.as_str(), name.as_str(), version.as_str()])
            .collect();
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT (SELECT certificate FROM package_certificates c WHERE c.registry = w.value ->> 0 \
             AND c.name = w.value ->> 1 AND c.version = w.value ->> 2 ORDER BY certified_at DESC, certificate_id DESC LIMIT 1) \
             AS found FROM json_each(?) w WHERE found IS NOT NULL",
        )
        .bind(json(&wanted)?)
        .fetch_all(&self.readers)
        .await?;
        texts.into_iter().map(|text| read_json("certificate of a package", text)).collect()
    }
}

/// Replaces the packages of a stored bundle, and lets the bundle meet what is known of them.
pub(super) async fn write_packages(
    change: &mut Change<'_>,
    key: &[u8],
    uses: &[PackageUse],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM bundle_packages WHERE bundle_key = ?").bind(key).execute(&mut **change).await?;
    sqlx::query(
        "INSERT INTO package_readings (bundle_key, reader) VALUES (?, ?) \
         ON CONFLICT (bundle_key) DO UPDATE SET reader = excluded.reader",
    )
    .bind(key)
    .bind(READER)
    .execute(&mut **change)
    .await?;
    let before = threats_of_bundle(change, key).await?;
    if !before.is_empty() {
        // Those that are in one of its packages are found again below, where they still are.
        sqlx::query(
            "DELETE FROM threatened_bundles WHERE bundle_key = ? AND threat_id IN (SELECT threat_id FROM threat_packages) \
             AND threat_id NOT IN (SELECT threat_id FROM threat_digests)",
        )
        .bind(key)
        .execute(&mut **change)
        .await?;
    }
    let row = |one: &PackageUse| UseRow {
        source: one.source,
        name: one.name.clone(),
        requirement: one.requirement.clone(),
        version: one.version.clone(),
        kind: one.kind,
        path: one.path.clone(),
        line: one.line,
    };
    sqlx::query(
        "INSERT INTO bundle_packages (bundle_key, position, source, name, requirement, version, kind, path, line) \
         SELECT ?, key, value ->> 'source', value ->> 'name', value ->> 'requirement', value ->> 'version', \
         value ->> 'kind', value ->> 'path', value ->> 'line' FROM json_each(?)",
    )
    .bind(key)
    .bind(json(&uses.iter().map(row).collect::<Vec<_>>())?)
    .execute(&mut **change)
    .await?;
    meet_advisories(change, key, now).await?;
    meet_threats(change, key).await?;
    if threats_of_bundle(change, key).await? != before {
        note_change(change, &BTreeSet::from([key.to_vec()])).await?;
    }
    Ok(())
}

async fn threats_of_bundle(change: &mut Change<'_>, key: &[u8]) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT threat_id FROM threatened_bundles WHERE bundle_key = ? ORDER BY threat_id")
        .bind(key)
        .fetch_all(&mut **change)
        .await?)
}

/// Makes threats of the advisories that call a package of a bundle malicious.
async fn meet_advisories(change: &mut Change<'_>, key: &[u8], now: Timestamp) -> Result<(), StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT a.id FROM bundle_packages u CROSS JOIN advisory_packages p ON p.registry = u.source AND p.name = u.name \
         CROSS JOIN advisories a ON a.id = p.id AND a.is_malicious = 1 WHERE u.bundle_key = ?",
    )
    .bind(key)
    .fetch_all(&mut **change)
    .await?;
    settle_advisories(change, &ids, now).await
}

/// Puts the bundle below the threats that are in one of its packages.
async fn meet_threats(change: &mut Change<'_>, key: &[u8]) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT u.source, u.version, p.version, p.threat_id FROM bundle_packages u \
         CROSS JOIN threat_packages p ON p.ecosystem = u.source AND p.name = u.name \
         JOIN threats t ON t.threat_id = p.threat_id AND t.status = 'active' WHERE u.bundle_key = ?",
    )
    .bind(key)
    .fetch_all(&mut **change)
    .await?;
    for row in rows {
        let (used, concerned): (Option<String>, String) = (row.get(1), row.get(2));
        let registry: Option<PackageRegistry> = row.get::<&str, _>(0).parse().ok();
        if registry.is_some_and(|registry| is_concerned(registry, &concerned, used.as_deref())) {
            sqlx::query("INSERT OR IGNORE INTO threatened_bundles (bundle_key, threat_id) VALUES (?, ?)")
                .bind(key)
                .bind(row.get::<String, _>(3))
                .execute(&mut **change)
                .await?;
        }
    }
    Ok(())
}

/// Tells whether a threat in `concerned`, every version where it is empty, is in what is used.
fn is_concerned(registry: PackageRegistry, concerned: &str, used: Option<&str>) -> bool {
    let read = |text: &str| PackageVersion::parse(registry, text).ok();
    match used {
        _ if concerned.is_empty() => true,
        Some(used) => used == concerned || read(used).is_some_and(|used| read(concerned) == Some(used)),
        None => false,
    }
}

/// Puts the bundles that use a package of these threats below them.
pub(super) async fn bind_users(change: &mut Change<'_>, threats: &[&Threat]) -> Result<(), StoreError> {
    for threat in threats {
        for package in &threat.parts().packages {
            let registry = match package.ecosystem() {
                Ecosystem::Npm => PackageRegistry::Npm,
                Ecosystem::Pypi => PackageRegistry::Pypi,
                Ecosystem::Git | Ecosystem::Url => continue,
            };
            let used: Vec<Option<String>> =
                sqlx::query_scalar("SELECT DISTINCT version FROM bundle_packages WHERE source = ? AND name = ?")
                    .bind(registry.as_str())
                    .bind(package.name())
                    .fetch_all(&mut **change)
                    .await?;
            let concerned = package.version().unwrap_or_default();
            let versions: Vec<String> = used
                .into_iter()
                .filter(|used| is_concerned(registry, concerned, used.as_deref()))
                .map(Option::unwrap_or_default)
                .collect();
            if versions.is_empty() {
                continue;
            }
            sqlx::query(
                "INSERT OR IGNORE INTO threatened_bundles (bundle_key, threat_id) \
                 SELECT DISTINCT u.bundle_key, ? FROM bundle_packages u WHERE u.source = ? AND u.name = ? \
                 AND coalesce(u.version, '') IN (SELECT value FROM json_each(?))",
            )
            .bind(threat.id().as_str())
            .bind(registry.as_str())
            .bind(package.name())
            .bind(json(&versions)?)
            .execute(&mut **change)
            .await?;
        }
    }
    Ok(())
}

/// Brings the threats that follow from advisories in line with them: an advisory that calls a
/// package malicious is a threat as soon as a stored bundle uses what it concerns, and none any
/// more when it was taken back. Others are only looked up, which keeps the list of threats to
/// what matters here.
pub(super) async fn settle_advisories(
    change: &mut Change<'_>,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut threats = Vec::new();
    let mut over = Vec::new();
    for id in ids {
        let threat_id = threat_of_advisory(id);
        // Nearly none of some hundred thousand is about what anybody uses.
        let (is_used, is_known): (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM advisory_packages p \
             JOIN bundle_packages u ON u.source = p.registry AND u.name = p.name WHERE p.id = ?), \
             EXISTS (SELECT 1 FROM threats WHERE threat_id = ? AND status = 'active')",
        )
        .bind(id)
        .bind(threat_id.as_str())
        .fetch_one(&mut **change)
        .await?;
        if !is_used && !is_known {
            continue;
        }
        // What an operator has withdrawn stays withdrawn.
        let is_overruled: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM threats t CROSS JOIN audit_log a ON a.subject = t.threat_id \
             AND a.action = 'threat.withdraw' AND a.at = t.updated_at WHERE t.threat_id = ? AND t.status = 'withdrawn')",
        )
        .bind(threat_id.as_str())
        .fetch_one(&mut **change)
        .await?;
        if is_overruled {
            continue;
        }
        let record: Option<String> =
            sqlx::query_scalar("SELECT record FROM advisories WHERE id = ? AND is_malicious = 1 AND is_withdrawn = 0")
                .bind(id)
                .fetch_optional(&mut **change)
                .await?;
        let advisory = match record {
            Some(record) => {
                Some(Advisory::parse(record.as_bytes()).map_err(|error| StoreError::corrupt("advisory", error))?)
            }
            None => None,
        };
        let packages = match &advisory {
            Some(advisory) => used_packages(change, advisory).await?,
            None => Vec::new(),
        };
        match advisory.filter(|_| !packages.is_empty()) {
            Some(advisory) => threats.push(threat_of(&advisory, threat_id, packages)?),
            None if is_known => over.push(threat_id),
            None => {}
        }
    }
    withdraw(change, &over, now).await?;
    put(change, &threats.iter().collect::<Vec<_>>(), now).await?;
    Ok(())
}

/// Returns the id of the threat that an advisory is.
fn threat_of_advisory(id: &str) -> ThreatId {
    ThreatId::of(&ThreatSource::Advisories.to_word(), id)
}

/// Returns what an advisory concerns of what stored bundles use: packages in every version, or
/// in those that are used.
async fn used_packages(change: &mut Change<'_>, advisory: &Advisory) -> Result<Vec<AffectedPackage>, StoreError> {
    let mut packages = Vec::new();
    for affected in &advisory.affected {
        let ecosystem = match affected.registry {
            PackageRegistry::Npm => Ecosystem::Npm,
            PackageRegistry::Pypi => Ecosystem::Pypi,
        };
        let used: Vec<Option<String>> =
            sqlx::query_scalar("SELECT DISTINCT version FROM bundle_packages WHERE source = ? AND name = ?")
                .bind(affected.registry.as_str())
                .bind(affected.name.as_str())
                .fetch_all(&mut **change)
                .await?;
        let package = |version: Option<&str>| AffectedPackage::new(ecosystem, affected.name.as_str(), version).ok();
        if used.is_empty() {
            continue;
        }
        if affected.is_every_version() {
            packages.extend(package(None));
            continue;
        }
        for version in used.iter().flatten() {
            let is_concerned =
                PackageVersion::parse(affected.registry, version).is_ok_and(|version| affected.contains(&version));
            packages.extend(package(Some(version)).filter(|_| is_concerned));
        }
    }
    packages.truncate(ThreatLimits::PACKAGES);
    Ok(packages)
}

fn threat_of(advisory: &Advisory, id: ThreatId, packages: Vec<AffectedPackage>) -> Result<Threat, StoreError> {
    let names: BTreeSet<String> =
        packages.iter().map(|package| format!("{}:{}", package.ecosystem(), package.name())).take(3).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let summary = advisory.summary.as_deref().map_or_else(String::new, |summary| format!(": {summary}"));
    let parts = ThreatParts {
        digests: Vec::new(),
        packages,
        category: ThreatCategory::Other,
        severity: ThreatSeverity::Critical,
        description: format!("It uses {names}, which {} says is malicious{summary}", advisory.id),
        references: advisory.url.clone().into_iter().collect(),
        source: ThreatSource::Advisories,
        first_seen: advisory.published.unwrap_or(advisory.modified),
        last_seen: advisory.modified,
        report_count: 0,
    };
    Threat::with_id(Some(id.clone()), parts.clone())
        // A reference that cannot be shown is worth less than the rest.
        .or_else(|_| Threat::with_id(Some(id), ThreatParts { references: Vec::new(), ..parts }))
        .map_err(|error| StoreError::corrupt("threat of an advisory", error))
}
