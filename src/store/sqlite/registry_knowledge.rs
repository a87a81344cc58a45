//! What registries say of certified releases, and what drafts came to.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::Row;

use super::super::{DraftPreview, DraftTotals, RegistryAnswer, RegistryKnowledge, StoreError};
use super::SqliteStore;
use super::write::json;
use crate::account::UserId;
use crate::advisory::Advisory;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::Timestamp;

#[async_trait]
impl RegistryKnowledge for SqliteStore {
    async fn put_registry_answers(
        &self,
        answers: &[(PackageSpec, Vec<Advisory>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for (spec, advisories) in answers {
            let Some(version) = &spec.version else { continue };
            let records: Vec<Value> = advisories.iter().map(Advisory::to_osv).collect();
            sqlx::query(
                "INSERT INTO registry_advisories (registry, name, version, asked_at, records) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (registry, name, version) DO UPDATE SET asked_at = excluded.asked_at, records = excluded.records",
            )
            .bind(spec.registry.as_str())
            .bind(spec.name.as_str())
            .bind(version.as_str())
            .bind(now.as_milliseconds())
            .bind(json(&records)?)
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(())
    }

    async fn registry_answers(&self, releases: &[PackageSpec]) -> Result<BTreeMap<String, RegistryAnswer>, StoreError> {
        let wanted: Vec<(&str, &str, &str, String)> = releases
            .iter()
            .filter_map(|spec| {
                let version = spec.version.as_ref()?.as_str();
                Some((spec.registry.as_str(), spec.name.as_str(), version, spec.to_string()))
            })
            .collect();
        let rows = sqlx::query(
            "SELECT wanted.value ->> 3, a.asked_at, a.records FROM json_each(?) wanted \
             JOIN registry_advisories a ON a.registry = wanted.value ->> 0 AND a.name = wanted.value ->> 1 \
               AND a.version = wanted.value ->> 2",
        )
        .bind(json(&wanted)?)
        .fetch_all(&self.readers)
        .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let records: Vec<Value> = super::read::json("advisories of a registry", row.get(2))?;
            let advisories = records.iter().map(|record| {
                Advisory::of_value(record).map_err(|error| StoreError::corrupt("advisory of a registry", error))
            });
            let asked_at = Timestamp::from_milliseconds(row.get(1));
            Ok((row.get(0), RegistryAnswer { asked_at, advisories: advisories.collect::<Result<_, _>>()? }))
        };
        rows.iter().map(read).collect()
    }

    async fn releases_to_ask(
        &self,
        registry: PackageRegistry,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PackageSpec>, StoreError> {
        let rows = sqlx::query(
            "SELECT name, version FROM (SELECT DISTINCT registry, name, version FROM package_certificates WHERE registry = ?) \
             LEFT JOIN registry_advisories a USING (registry, name, version) \
             WHERE a.asked_at IS NULL OR a.asked_at < ? ORDER BY a.asked_at, 1, 2 LIMIT ?",
        )
        .bind(registry.as_str())
        .bind(before.as_milliseconds())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let (name, version): (String, String) = (row.get(0), row.get(1));
                PackageSpec::of_parts(registry, &name, Some(&version))
                    .map_err(|error| StoreError::corrupt("release of a certificate", error))
            })
            .collect()
    }

    async fn note_draft(
        &self,
        user: &UserId,
        draft: &str,
        preview: &DraftPreview,
        limit: u32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO package_drafts (user_id, draft_id, packages, certified, saved_cents, previewed_at) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM package_drafts WHERE user_id = ?1) < ?7 \
               OR EXISTS (SELECT 1 FROM package_drafts WHERE user_id = ?1 AND draft_id = ?2) \
             ON CONFLICT (user_id, draft_id) DO UPDATE SET packages = excluded.packages, certified = excluded.certified, \
               saved_cents = excluded.saved_cents, previewed_at = excluded.previewed_at",
        )
        .bind(user.as_str())
        .bind(draft)
        .bind(preview.packages as i64)
        .bind(preview.certified as i64)
        .bind(preview.saved_cents as i64)
        .bind(now.as_milliseconds())
        .bind(limit)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn draft_totals(&self) -> Result<DraftTotals, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE packages > 0), count(*) FILTER (WHERE certified > 0), \
               coalesce(sum(saved_cents), 0) FROM package_drafts",
        )
        .fetch_one(&self.readers)
        .await?;
        let number = |column: usize| row.get::<i64, _>(column) as u64;
        Ok(DraftTotals { with_packages: number(0), with_certified: number(1), saved_cents: number(2) })
    }
}
