//! Certificates of packages.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{CertificateOutcome, CertificateTotals, PackageCertificates, PackageChange, StoreError};
use super::SqliteStore;
use super::read::{digest, json as read_json};
use super::write::json;
use crate::certificate::PackageCertificate;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::{Sha256Digest, Timestamp};

/// The latest certificate of each release: by time, then by id, so that there is one.
const LATEST: &str = "SELECT registry, name, version, verdict FROM package_certificates c WHERE NOT EXISTS \
    (SELECT 1 FROM package_certificates l WHERE (l.registry, l.name, l.version) = (c.registry, c.name, c.version) \
     AND (l.certified_at, l.certificate_id) > (c.certified_at, c.certificate_id))";

#[async_trait]
impl PackageCertificates for SqliteStore {
    async fn put_certificate(&self, certificate: &PackageCertificate) -> Result<CertificateOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let changes = changed_files(&mut change, certificate).await?;
        if !changes.is_empty() {
            for found in &changes {
                note_change(&mut change, certificate, found).await?;
            }
            change.commit().await?;
            return Ok(CertificateOutcome::Changed(changes));
        }
        let registry = certificate.registry.as_str();
        for file in &certificate.files {
            sqlx::query(
                "INSERT INTO package_files (registry, name, version, file_name, sha256) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(registry)
            .bind(&certificate.name)
            .bind(&certificate.version)
            .bind(&file.file_name)
            .bind(&file.sha256.as_bytes()[..])
            .execute(&mut *change)
            .await?;
        }
        let stored = sqlx::query(
            "INSERT INTO package_certificates (certificate_id, registry, name, version, verdict, certified_at, certificate) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (certificate_id) DO NOTHING",
        )
        .bind(certificate.id.to_string())
        .bind(registry)
        .bind(&certificate.name)
        .bind(&certificate.version)
        .bind(certificate.verdict.as_str())
        .bind(certificate.certified_at.as_milliseconds())
        .bind(json(certificate)?)
        .execute(&mut *change)
        .await?;
        change.commit().await?;
        Ok(if stored.rows_affected() == 0 { CertificateOutcome::Known } else { CertificateOutcome::Stored })
    }

    async fn certificate(
        &self,
        registry: PackageRegistry,
        name: &str,
        version: &str,
    ) -> Result<Option<PackageCertificate>, StoreError> {
        let text: Option<String> = sqlx::query_scalar(
            "SELECT certificate FROM package_certificates WHERE registry = ? AND name = ? AND version = ? \
             ORDER BY certified_at DESC, certificate_id DESC LIMIT 1",
        )
        .bind(registry.as_str())
        .bind(name)
        .bind(version)
        .fetch_optional(&self.readers)
        .await?;
        text.map(|text| read_json("certificate of a package", text)).transpose()
    }

    async fn certificates(&self, releases: &[PackageSpec]) -> Result<BTreeMap<String, PackageCertificate>, StoreError> {
        let wanted: Vec<(&str, &str, &str, String)> = releases
            .iter()
            .filter_map(|spec| {
                let version = spec.version.as_ref()?.as_str();
                Some((spec.registry.as_str(), spec.name.as_str(), version, spec.to_string()))
            })
            .collect();
        let rows = sqlx::query(
            "SELECT wanted.value ->> 3, (SELECT certificate FROM package_certificates c \
               WHERE (c.registry, c.name, c.version) = (wanted.value ->> 0, wanted.value ->> 1, wanted.value ->> 2) \
               ORDER BY certified_at DESC, certificate_id DESC LIMIT 1) AS latest FROM json_each(?) wanted \
             WHERE latest IS NOT NULL",
        )
        .bind(json(&wanted)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((row.get(0), read_json("certificate of a package", row.get(1))?))).collect()
    }

    async fn package_changes(
        &self,
        registry: PackageRegistry,
        name: &str,
        version: &str,
    ) -> Result<Vec<PackageChange>, StoreError> {
        let rows = sqlx::query(
            "SELECT file_name, certified_sha256, served_sha256, seen_at FROM package_changes \
             WHERE registry = ? AND name = ? AND version = ? ORDER BY seen_at DESC, file_name LIMIT 100",
        )
        .bind(registry.as_str())
        .bind(name)
        .bind(version)
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PackageChange {
                    file_name: row.get(0),
                    certified: digest(row.get(1))?,
                    served: digest(row.get(2))?,
                    seen_at: Timestamp::from_milliseconds(row.get(3)),
                })
            })
            .collect()
    }

    async fn certificate_totals(&self) -> Result<CertificateTotals, StoreError> {
        let query = format!("SELECT count(*), coalesce(sum(verdict = 'REJECTED'), 0) FROM ({LATEST})");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_one(&self.readers).await?;
        let (all, rejected): (i64, i64) = (row.get(0), row.get(1));
        Ok(CertificateTotals { certified: (all - rejected) as u64, rejected: rejected as u64 })
    }

    async fn releases_with_file(
        &self,
        sha256: Sha256Digest,
    ) -> Result<Vec<(PackageRegistry, String, String)>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT DISTINCT registry, name, version FROM package_files WHERE sha256 = ? ORDER BY 1, 2, 3 LIMIT 100",
        )
        .bind(sha256.as_bytes().as_slice())
        .fetch_all(&self.readers)
        .await?;
        let release = |(registry, name, version): (String, String, String)| {
            let registry = registry.parse().map_err(|_| StoreError::corrupt("registry of a package", &registry))?;
            Ok((registry, name, version))
        };
        rows.into_iter().map(release).collect()
    }

    async fn certified_packages(&self, registry: PackageRegistry, names: &[String]) -> Result<Vec<String>, StoreError> {
        let query = format!(
            "SELECT DISTINCT name FROM ({LATEST}) WHERE registry = ? AND verdict <> 'REJECTED' \
             AND name IN (SELECT value FROM json_each(?)) ORDER BY name"
        );
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(registry.as_str()).bind(json(names)?);
        Ok(rows.fetch_all(&self.readers).await?)
    }
}

/// Returns the files of a certificate that were certified with other bytes.
async fn changed_files(
    change: &mut Transaction<'_, Sqlite>,
    certificate: &PackageCertificate,
) -> Result<Vec<PackageChange>, StoreError> {
    let mut changes = Vec::new();
    for file in &certificate.files {
        let known: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT sha256 FROM package_files WHERE registry = ? AND name = ? AND version = ? AND file_name = ?",
        )
        .bind(certificate.registry.as_str())
        .bind(&certificate.name)
        .bind(&certificate.version)
        .bind(&file.file_name)
        .fetch_optional(&mut **change)
        .await?;
        let known: Option<Sha256Digest> = known.map(digest).transpose()?;
        if let Some(certified) = known.filter(|known| *known != file.sha256) {
            let (file_name, seen_at) = (file.file_name.clone(), certificate.certified_at);
            changes.push(PackageChange { file_name, certified, served: file.sha256, seen_at });
        }
    }
    Ok(changes)
}

async fn note_change(
    change: &mut Transaction<'_, Sqlite>,
    certificate: &PackageCertificate,
    found: &PackageChange,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO package_changes (registry, name, version, file_name, served_sha256, certified_sha256, seen_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(certificate.registry.as_str())
    .bind(&certificate.name)
    .bind(&certificate.version)
    .bind(&found.file_name)
    .bind(&found.served.as_bytes()[..])
    .bind(&found.certified.as_bytes()[..])
    .bind(found.seen_at.as_milliseconds())
    .execute(&mut **change)
    .await?;
    Ok(())
}
