//! What is publicly known of packages.

use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use super::super::StoreError;
use super::super::advisories::{Advisories, AdvisoryCounts, AdvisoryOutcome};
use super::SqliteStore;
use super::package_uses::settle_advisories;
use super::write::json;
use crate::advisory::Advisory;
use crate::package::{PackageName, PackageRegistry};
use crate::skill::Timestamp;

#[async_trait]
impl Advisories for SqliteStore {
    async fn put_advisories(&self, batch: &[Advisory], now: Timestamp) -> Result<AdvisoryOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut outcome = AdvisoryOutcome::default();
        let mut malicious = Vec::new();
        for advisory in batch {
            let known: Option<i64> = sqlx::query_scalar("SELECT modified FROM advisories WHERE id = ?")
                .bind(&advisory.id)
                .fetch_optional(&mut *change)
                .await?;
            match known {
                Some(modified) if modified >= advisory.modified.as_milliseconds() => {
                    outcome.unchanged += 1;
                    continue;
                }
                Some(_) => outcome.changed += 1,
                None => outcome.added += 1,
            }
            // One that no longer calls a package malicious may have done so before.
            let was_malicious: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM advisories WHERE id = ? AND is_malicious = 1)")
                    .bind(&advisory.id)
                    .fetch_one(&mut *change)
                    .await?;
            put(&mut change, advisory, now).await?;
            if advisory.is_malicious || was_malicious {
                malicious.push(advisory.id.clone());
            }
        }
        settle_advisories(&mut change, &malicious, now).await?;
        change.commit().await?;
        Ok(outcome)
    }

    async fn advisories_of(&self, packages: &[(PackageRegistry, PackageName)]) -> Result<Vec<Advisory>, StoreError> {
        let wanted: Vec<[&str; 2]> =
            packages.iter().map(|(registry, name)| [registry.as_str(), name.as_str()]).collect();
        let records: Vec<String> = sqlx::query_scalar(
            "SELECT record FROM advisories WHERE id IN (\
               SELECT p.id FROM json_each(?) wanted \
               JOIN advisory_packages p ON p.registry = wanted.value ->> 0 AND p.name = wanted.value ->> 1) \
             ORDER BY id",
        )
        .bind(json(&wanted)?)
        .fetch_all(&self.readers)
        .await?;
        let read = |record: &String| {
            Advisory::parse(record.as_bytes()).map_err(|error| StoreError::corrupt("advisory", error))
        };
        records.iter().map(read).collect()
    }

    async fn has_advisories(&self) -> Result<bool, StoreError> {
        // What was taken back concerns no package.
        let found: i64 =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM advisory_packages)").fetch_one(&self.readers).await?;
        Ok(found != 0)
    }

    async fn advisory_counts(&self) -> Result<AdvisoryCounts, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE NOT is_withdrawn), count(*) FILTER (WHERE is_malicious AND NOT is_withdrawn), \
               max(modified), max(taken_over_at), \
               (SELECT count(*) FROM (SELECT DISTINCT registry, name FROM advisory_packages)) FROM advisories",
        )
        .fetch_one(&self.readers)
        .await?;
        let count = |column: usize| row.get::<i64, _>(column) as u64;
        let time = |column: usize| row.get::<Option<i64>, _>(column).map(Timestamp::from_milliseconds);
        Ok(AdvisoryCounts {
            advisories: count(0),
            malicious: count(1),
            packages: count(4),
            newest: time(2),
            taken_over_at: time(3),
        })
    }
}

async fn put(change: &mut SqliteConnection, advisory: &Advisory, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO advisories (id, modified, is_withdrawn, is_malicious, record, taken_over_at) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET modified = excluded.modified, \
           is_withdrawn = excluded.is_withdrawn, is_malicious = excluded.is_malicious, record = excluded.record, \
           taken_over_at = excluded.taken_over_at",
    )
    .bind(&advisory.id)
    .bind(advisory.modified.as_milliseconds())
    .bind(advisory.withdrawn.is_some())
    .bind(advisory.is_malicious)
    .bind(json(&advisory.to_osv())?)
    .bind(now.as_milliseconds())
    .execute(&mut *change)
    .await?;
    sqlx::query("DELETE FROM advisory_packages WHERE id = ?").bind(&advisory.id).execute(&mut *change).await?;
    if advisory.withdrawn.is_some() {
        return Ok(());
    }
    for affected in &advisory.affected {
        sqlx::query("INSERT OR IGNORE INTO advisory_packages (registry, name, id) VALUES (?, ?, ?)")
            .bind(affected.registry.as_str())
            .bind(affected.name.as_str())
            .bind(&advisory.id)
            .execute(&mut *change)
            .await?;
    }
    Ok(())
}
