//! Jobs that the work on another job led to.

use sqlx::{Row, SqlitePool};

use super::super::StoreError;
use super::super::jobs::{EnqueueOutcome, EnqueueTerms, JobKind, JobLease, NewJob};
use super::jobs;
use super::write::json;

pub(super) async fn enqueue(
    pool: &SqlitePool,
    finder: &JobLease,
    found: &[NewJob],
    terms: EnqueueTerms,
) -> Result<EnqueueOutcome, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut outcome = EnqueueOutcome::default();
    for job in found {
        *jobs::enqueue(&mut change, job, terms, &mut outcome).await? += 1;
        // What led to the finder has led to this one too, so that one look answers who found it.
        sqlx::query(
            "INSERT OR IGNORE INTO job_origins (kind, key, root) \
             SELECT ?1, ?2, ?4 UNION SELECT ?1, ?2, root FROM job_origins WHERE kind = ?3 AND key = ?4",
        )
        .bind(job.kind.as_str())
        .bind(&job.key)
        .bind(finder.kind.as_str())
        .bind(&finder.key)
        .execute(&mut *change)
        .await?;
    }
    change.commit().await?;
    Ok(outcome)
}

pub(super) async fn found(pool: &SqlitePool, kind: JobKind, keys: &[String]) -> Result<Vec<NewJob>, StoreError> {
    let rows = sqlx::query(
        "SELECT key, bounds FROM jobs WHERE kind = ?1 AND key IN (SELECT o.key FROM job_origins o \
         WHERE o.kind = ?1 AND o.root IN (SELECT value FROM json_each(?2))) ORDER BY key",
    )
    .bind(kind.as_str())
    .bind(json(keys)?)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let bounds = serde_json::from_str(row.get(1));
            let bounds = bounds.map_err(|error| StoreError::corrupt("bounds of a job", error))?;
            Ok(NewJob { kind, key: row.get(0), bounds })
        })
        .collect()
}
