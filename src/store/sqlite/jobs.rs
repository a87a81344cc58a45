//! The queue of jobs.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};

use super::super::StoreError;
use super::super::jobs::{
    EnqueueOutcome, EnqueueTerms, FailureCause, JobBacklog, JobBounds, JobEnd, JobFailure, JobKind, JobLease,
    JobOverview, JobState, Jobs, LeaseTerms, LeasedJob, NewJob, TroubledJob,
};
use super::write::{Change, json};
use super::{SqliteStore, found_jobs};
use crate::skill::Timestamp;

#[async_trait]
impl Jobs for SqliteStore {
    async fn enqueue_jobs(&self, jobs: Vec<NewJob>, terms: EnqueueTerms) -> Result<EnqueueOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut outcome = EnqueueOutcome::default();
        for job in &jobs {
            *enqueue(&mut change, job, terms, &mut outcome).await? += 1;
        }
        change.commit().await?;
        Ok(outcome)
    }

    async fn enqueue_found(
        &self,
        finder: &JobLease,
        jobs: Vec<NewJob>,
        terms: EnqueueTerms,
    ) -> Result<EnqueueOutcome, StoreError> {
        found_jobs::enqueue(&self.writer, finder, &jobs, terms).await
    }

    async fn found_jobs(&self, kind: JobKind, keys: &[String]) -> Result<Vec<NewJob>, StoreError> {
        found_jobs::found(&self.readers, kind, keys).await
    }

    async fn lease_job(
        &self,
        kind: JobKind,
        keys: &[String],
        worker: &str,
        terms: LeaseTerms,
    ) -> Result<Option<LeasedJob>, StoreError> {
        let keys = json(keys)?;
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        give_up_lost(&mut change, kind, terms).await?;
        let row = sqlx::query(
            "UPDATE jobs SET losses = losses + (state = 'leased'), state = 'leased', attempts = attempts + 1, \
             lease_number = lease_number + 1, worker = ?1, leased_until = ?2 WHERE kind = ?3 AND key = ( \
             SELECT key FROM jobs WHERE kind = ?3 AND (key IN (SELECT value FROM json_each(?5)) OR EXISTS ( \
             SELECT 1 FROM job_origins o WHERE o.kind = jobs.kind AND o.key = jobs.key \
             AND o.root IN (SELECT value FROM json_each(?5)))) AND \
             ((state IN ('queued', 'failed') AND due_at <= ?4) OR (state = 'leased' AND leased_until <= ?4)) \
             ORDER BY attempts, finished_at IS NOT NULL, finished_at, key LIMIT 1) \
             RETURNING key, bounds, attempts, lease_number, revision",
        )
        .bind(worker)
        .bind(terms.until.as_milliseconds())
        .bind(kind.as_str())
        .bind(terms.now.as_milliseconds())
        .bind(keys)
        .fetch_optional(&mut *change)
        .await?;
        change.commit().await?;
        row.map(|row| leased(kind, &row)).transpose()
    }

    async fn extend_lease(&self, lease: &JobLease, until: Timestamp) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE jobs SET leased_until = ? WHERE kind = ? AND key = ? AND lease_number = ? AND state = 'leased'",
        )
        .bind(until.as_milliseconds())
        .bind(lease.kind.as_str())
        .bind(&lease.key)
        .bind(lease.number)
        .execute(&self.writer)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    async fn finish_job(&self, lease: &JobLease, end: JobEnd, now: Timestamp) -> Result<bool, StoreError> {
        finish(&self.writer, lease, end, now).await
    }

    async fn job_workers(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT DISTINCT worker FROM jobs WHERE state = 'leased' ORDER BY worker")
            .fetch_all(&self.readers)
            .await?)
    }

    async fn release_worker(&self, worker: &str, now: Timestamp) -> Result<u64, StoreError> {
        let released = sqlx::query(
            "UPDATE jobs SET state = 'queued', due_at = ?, losses = losses + 1, worker = NULL, leased_until = NULL \
             WHERE worker = ? AND state = 'leased'",
        )
        .bind(now.as_milliseconds())
        .bind(worker)
        .execute(&self.writer)
        .await?;
        Ok(released.rows_affected())
    }

    async fn job_backlog(&self, kind: JobKind, keys: &[String]) -> Result<JobBacklog, StoreError> {
        let row = sqlx::query(
            "SELECT count(*), min(iif(state = 'leased', NULL, due_at)) FROM jobs WHERE kind = ?1 \
             AND state IN ('queued', 'failed', 'leased') AND (key IN (SELECT value FROM json_each(?2)) OR EXISTS ( \
             SELECT 1 FROM job_origins o WHERE o.kind = jobs.kind AND o.key = jobs.key \
             AND o.root IN (SELECT value FROM json_each(?2))))",
        )
        .bind(kind.as_str())
        .bind(json(keys)?)
        .fetch_one(&self.readers)
        .await?;
        let next_due = row.get::<Option<i64>, _>(1).map(Timestamp::from_milliseconds);
        Ok(JobBacklog { count: number(&row, 0), next_due })
    }

    async fn job_overview(&self, kind: JobKind, since: Timestamp) -> Result<JobOverview, StoreError> {
        overview(&self.readers, kind, since).await
    }

    async fn troubled_jobs(&self, kind: JobKind, limit: u32) -> Result<Vec<TroubledJob>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, state, attempts, due_at, cause, detail FROM jobs \
             WHERE kind = ? AND state IN ('failed', 'poisoned') ORDER BY state, key LIMIT ?",
        )
        .bind(kind.as_str())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(troubled).collect()
    }
}

/// Queues one job, and returns the count that it belongs to.
pub(super) async fn enqueue<'a>(
    change: &mut Change<'_>,
    job: &NewJob,
    terms: EnqueueTerms,
    outcome: &'a mut EnqueueOutcome,
) -> Result<&'a mut u64, StoreError> {
    let bounds = serde_json::to_string(&job.bounds).map_err(|error| StoreError::corrupt("job to be stored", error))?;
    let row = sqlx::query("SELECT state, finished_at FROM jobs WHERE kind = ? AND key = ?")
        .bind(job.kind.as_str())
        .bind(&job.key)
        .fetch_optional(&mut **change)
        .await?;
    let Some(row) = row else {
        sqlx::query(
            "INSERT INTO jobs (kind, key, bounds, state, due_at, attempts, losses, lease_number) \
             VALUES (?, ?, ?, 'queued', ?, 0, 0, 0)",
        )
        .bind(job.kind.as_str())
        .bind(&job.key)
        .bind(bounds)
        .bind(terms.now.as_milliseconds())
        .execute(&mut **change)
        .await?;
        return Ok(&mut outcome.queued);
    };
    let ended_by = |limit: Timestamp| row.get::<Option<i64>, _>(1).is_none_or(|at| at <= limit.as_milliseconds());
    let (is_revived, count) = match state_of(row.get(0))? {
        JobState::Done if !ended_by(terms.done_before) => (false, &mut outcome.fresh),
        JobState::Poisoned if !ended_by(terms.poisoned_before) => (false, &mut outcome.poisoned),
        JobState::Done | JobState::Poisoned => (true, &mut outcome.queued),
        JobState::Queued | JobState::Failed | JobState::Leased => (false, &mut outcome.waiting),
    };
    sqlx::query("UPDATE jobs SET bounds = ? WHERE kind = ? AND key = ?")
        .bind(bounds)
        .bind(job.kind.as_str())
        .bind(&job.key)
        .execute(&mut **change)
        .await?;
    if is_revived {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', due_at = ?, attempts = 0, losses = 0, cause = NULL, detail = NULL \
             WHERE kind = ? AND key = ?",
        )
        .bind(terms.now.as_milliseconds())
        .bind(job.kind.as_str())
        .bind(&job.key)
        .execute(&mut **change)
        .await?;
    }
    Ok(count)
}

/// Gives up what is due and whose workers vanished too often.
async fn give_up_lost(change: &mut Change<'_>, kind: JobKind, terms: LeaseTerms) -> Result<(), StoreError> {
    let detail = format!("its worker ended {} times while it worked on it", terms.loss_limit);
    sqlx::query(
        "UPDATE jobs SET losses = losses + (state = 'leased'), state = 'poisoned', finished_at = ?1, worker = NULL, \
         leased_until = NULL, cause = ?2, detail = ?3 WHERE kind = ?4 AND ((state = 'queued' AND losses >= ?5) \
         OR (state = 'leased' AND leased_until <= ?1 AND losses + 1 >= ?5))",
    )
    .bind(terms.now.as_milliseconds())
    .bind(FailureCause::Lost.as_str())
    .bind(detail)
    .bind(kind.as_str())
    .bind(terms.loss_limit)
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn leased(kind: JobKind, row: &SqliteRow) -> Result<LeasedJob, StoreError> {
    let key: String = row.get(0);
    let bounds: JobBounds =
        serde_json::from_str(row.get(1)).map_err(|error| StoreError::corrupt("bounds of a job", error))?;
    Ok(LeasedJob {
        lease: JobLease { kind, key: key.clone(), number: row.get(3) },
        key,
        bounds,
        attempt: row.get(2),
        revision: row.get(4),
    })
}

async fn finish(pool: &SqlitePool, lease: &JobLease, end: JobEnd, now: Timestamp) -> Result<bool, StoreError> {
    let now = now.as_milliseconds();
    let (state, due_at, failure) = match &end {
        JobEnd::Done { .. } => (JobState::Done, now, None),
        JobEnd::Retry { failure, at } => (JobState::Failed, at.as_milliseconds(), Some(failure)),
        JobEnd::GiveUp { failure } => (JobState::Poisoned, now, Some(failure)),
    };
    let (is_done, revision, skills) = match &end {
        JobEnd::Done { revision, skills } => (true, revision.as_deref(), *skills),
        _ => (false, None, None),
    };
    // What a job that failed knew of its source stays true.
    let changed = sqlx::query(
        "UPDATE jobs SET state = ?1, due_at = ?2, finished_at = ?3, worker = NULL, leased_until = NULL, \
         cause = ?4, detail = ?5, revision = iif(?6, ?7, revision), skills = coalesce(?8, skills), \
         attempts = iif(?6, 0, attempts), losses = 0 \
         WHERE kind = ?9 AND key = ?10 AND lease_number = ?11 AND state = 'leased'",
    )
    .bind(state.as_str())
    .bind(due_at)
    .bind(now)
    .bind(failure.map(|failure| failure.cause.as_str()))
    .bind(failure.map(JobFailure::detail))
    .bind(is_done)
    .bind(revision)
    .bind(skills.map(|skills| skills as i64))
    .bind(lease.kind.as_str())
    .bind(&lease.key)
    .bind(lease.number)
    .execute(pool)
    .await?;
    Ok(changed.rows_affected() == 1)
}

async fn overview(pool: &SqlitePool, kind: JobKind, since: Timestamp) -> Result<JobOverview, StoreError> {
    let mut overview = JobOverview::default();
    let rows = sqlx::query("SELECT state, count(*), coalesce(sum(skills), 0) FROM jobs WHERE kind = ? GROUP BY state")
        .bind(kind.as_str())
        .fetch_all(pool)
        .await?;
    for row in &rows {
        let state = state_of(row.get(0))?;
        overview.states.push((state, number(row, 1)));
        if state == JobState::Done {
            overview.skills = number(row, 2);
        }
    }
    overview.states.sort();
    let rows = sqlx::query(
        "SELECT cause, count(*) FROM jobs WHERE kind = ? AND state IN ('failed', 'poisoned') \
         GROUP BY cause ORDER BY count(*) DESC, cause",
    )
    .bind(kind.as_str())
    .fetch_all(pool)
    .await?;
    for row in &rows {
        overview.causes.push((cause_of(row.get(0))?, number(row, 1)));
    }
    let recent =
        sqlx::query("SELECT count(*), min(finished_at), max(finished_at) FROM jobs WHERE kind = ? AND finished_at > ?")
            .bind(kind.as_str())
            .bind(since.as_milliseconds())
            .fetch_one(pool)
            .await?;
    let time = |column: usize| recent.get::<Option<i64>, _>(column).map(Timestamp::from_milliseconds);
    (overview.recent_count, overview.recent_first, overview.recent_last) = (number(&recent, 0), time(1), time(2));
    let due: Option<i64> = sqlx::query_scalar("SELECT min(due_at) FROM jobs WHERE kind = ? AND state = 'failed'")
        .bind(kind.as_str())
        .fetch_one(pool)
        .await?;
    overview.next_due = due.map(Timestamp::from_milliseconds);
    Ok(overview)
}

fn troubled(row: &SqliteRow) -> Result<TroubledJob, StoreError> {
    let state = state_of(row.get(1))?;
    let failure = JobFailure::new(cause_of(row.get(4))?, row.get(5));
    let due_at = (state == JobState::Failed).then(|| Timestamp::from_milliseconds(row.get(3)));
    Ok(TroubledJob { key: row.get(0), state, failure, attempts: row.get(2), due_at })
}

fn state_of(word: &str) -> Result<JobState, StoreError> {
    JobState::parse(word).ok_or_else(|| StoreError::corrupt("state of a job", word))
}

fn cause_of(word: &str) -> Result<FailureCause, StoreError> {
    FailureCause::parse(word).ok_or_else(|| StoreError::corrupt("cause of a failure", word))
}

fn number(row: &SqliteRow, column: usize) -> u64 {
    row.get::<i64, _>(column).unsigned_abs()
}
