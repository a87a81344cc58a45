//! The contract of every queue.

use async_trait::async_trait;

use super::{
    EnqueueOutcome, EnqueueTerms, JobBacklog, JobEnd, JobKind, JobLease, JobOverview, LeaseTerms, LeasedJob, NewJob,
    TroubledJob,
};
use crate::skill::Timestamp;
use crate::store::StoreError;

/// A queue of jobs. Every method either happens as a whole or not at all.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Queues jobs. One that waits or is being done stays where it is and takes the new bounds
    /// the next time; one that ended is queued anew where `terms` say so.
    async fn enqueue_jobs(&self, jobs: Vec<NewJob>, terms: EnqueueTerms) -> Result<EnqueueOutcome, StoreError>;

    /// Queues jobs that the work on another one led to, as [`Jobs::enqueue_jobs`] does. Whoever
    /// asks for jobs by the key of that one, or of one that led to it, is given these as well.
    async fn enqueue_found(
        &self,
        finder: &JobLease,
        jobs: Vec<NewJob>,
        terms: EnqueueTerms,
    ) -> Result<EnqueueOutcome, StoreError>;

    /// Returns the jobs of this kind that the work on jobs with these keys has led to, by key.
    async fn found_jobs(&self, kind: JobKind, keys: &[String]) -> Result<Vec<NewJob>, StoreError>;

    /// Leases one job of this kind with one of these keys, or found by one of them, that is due: the one that was tried
    /// least, then the one that ended longest ago or never, then by key. A job whose lease has
    /// ended is due; one whose workers vanished too often is given up instead.
    async fn lease_job(
        &self,
        kind: JobKind,
        keys: &[String],
        worker: &str,
        terms: LeaseTerms,
    ) -> Result<Option<LeasedJob>, StoreError>;

    /// Prolongs a lease. The answer is `false` where it has ended and somebody else has taken
    /// the job, or ended it: then the work is to be dropped.
    async fn extend_lease(&self, lease: &JobLease, until: Timestamp) -> Result<bool, StoreError>;

    /// Ends the work on a job. The answer is `false` where the lease was no longer held; then
    /// nothing changes.
    async fn finish_job(&self, lease: &JobLease, end: JobEnd, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns the workers that hold leases.
    async fn job_workers(&self) -> Result<Vec<String>, StoreError>;

    /// Takes back every lease of a worker that is known to be gone; returns how many.
    async fn release_worker(&self, worker: &str, now: Timestamp) -> Result<u64, StoreError>;

    /// Returns how many of these jobs, and of those found by them, are still to be done, and when
    /// the next is due.
    async fn job_backlog(&self, kind: JobKind, keys: &[String]) -> Result<JobBacklog, StoreError>;

    /// Returns the queue in figures; recent is what ended after `since`.
    async fn job_overview(&self, kind: JobKind, since: Timestamp) -> Result<JobOverview, StoreError>;

    /// Returns jobs that failed or were given up, by state and key, at most `limit`.
    async fn troubled_jobs(&self, kind: JobKind, limit: u32) -> Result<Vec<TroubledJob>, StoreError>;
}
