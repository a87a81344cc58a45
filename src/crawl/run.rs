//! One crawl: queue the list, work on what is due, let the index follow.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use tokio::sync::Semaphore;

use super::notes::{GONE_CONFIRMATION, note_of};
use super::report::{CrawlProgress, CrawlReport, CrawlTrouble, Refused, VisitOutcome, Visited};
use super::statements::Statements;
use super::visit::{Visit, visit};
use super::worker::{self, Worker};
use super::{CrawlPlan, cause, due_at};
use crate::ingest::{self, IngestError, Pipeline};
use crate::skill::Timestamp;
use crate::source::{SourceSpec, StatementClient};
use crate::store::{
    EnqueueTerms, FailureCause, JobEnd, JobFailure, JobKind, JobLease, LeaseTerms, LeasedJob, NewJob, Store,
    StoreError, VisitNote,
};

/// How often a lease is prolonged within its time.
const BEATS_PER_LEASE: u32 = 3;

/// Why a crawl ended before its sources did. Single sources that fail are in the report.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// The store failed; what was stored before is kept, and the next crawl goes on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The crawl cannot make itself known to others.
    #[error("cannot write to {folder}: {source}")]
    Worker {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is stored could not be hashed by every recipe, or the program is stopping.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

struct Crawl<'a> {
    pipeline: &'a Pipeline,
    plan: &'a CrawlPlan,
    keys: Vec<String>,
    worker: Worker,
    readers: Semaphore,
    statements: Statements,
    progress: Arc<dyn CrawlProgress>,
    /// Visits that were begun.
    begun: AtomicU64,
    /// Visits that the crawl sets out to make.
    total: u64,
    report: Mutex<CrawlReport>,
    indexed_at: tokio::sync::Mutex<Instant>,
}

/// Visits the sources of a list that are due, and goes on where an earlier crawl was stopped.
///
/// # Errors
/// Fails where the store does.
pub async fn crawl(
    pipeline: &Pipeline,
    plan: &CrawlPlan,
    progress: Arc<dyn CrawlProgress>,
) -> Result<CrawlReport, CrawlError> {
    let started = Instant::now();
    let store = &pipeline.store;
    let folder = &plan.worker_folder;
    let worker = Worker::start(folder).map_err(|source| CrawlError::Worker { folder: folder.clone(), source })?;
    let now = (pipeline.clock)();
    for other in store.job_workers().await? {
        if worker::is_gone(folder, &other) {
            store.release_worker(&other, now).await?;
        }
    }
    worker::sweep(folder, &store.job_workers().await?);
    let (mut jobs, refused) = jobs_of(plan);
    let keys: Vec<String> = jobs.iter().map(|job| job.key.clone()).collect();
    let quiet = if plan.spares_quiet_sources { quiet_sources(&**store, &keys, now).await? } else { HashSet::new() };
    jobs.retain(|job| !quiet.contains(&job.key));
    let poisoned_for = if plan.takes_up_poisoned { Duration::ZERO } else { plan.pace.poisoned_for };
    let terms = EnqueueTerms { now, done_before: before(now, plan.since), poisoned_before: before(now, poisoned_for) };
    let mut enqueued = store.enqueue_jobs(jobs, terms).await?;
    enqueued.fresh += quiet.len() as u64;
    let due = enqueued.queued + enqueued.waiting;
    let crawl = Crawl {
        pipeline,
        plan,
        keys,
        worker,
        readers: Semaphore::new(plan.pace.readers.max(1)),
        statements: Statements::new(StatementClient::new().ok(), plan.list.directory()),
        progress,
        begun: AtomicU64::new(0),
        total: plan.max_repositories.map_or(due, |limit| due.min(limit)),
        report: Mutex::new(CrawlReport { enqueued, refused, ..CrawlReport::default() }),
        indexed_at: tokio::sync::Mutex::new(Instant::now()),
    };
    try_join_all((0..plan.pace.lanes.max(1)).map(|_| crawl.work_lane())).await?;
    let mut report = crawl.report.into_inner().unwrap_or_else(PoisonError::into_inner);
    crawl.worker.end();
    report.remaining = store.job_backlog(JobKind::CrawlSource, &crawl.keys).await?.count;
    report.time = started.elapsed();
    if plan.updates_index {
        let indexing = Instant::now();
        ingest::hash_stored(store, &pipeline.compute).await?;
        let followed = ingest::follow(store, &pipeline.search, &pipeline.compute).await;
        report.index_failure = followed.err().map(|error| error.to_string());
        report.index_time = indexing.elapsed();
    }
    Ok(report)
}

/// Returns the sources that are not due, since they seldom change.
async fn quiet_sources(store: &dyn Store, keys: &[String], now: Timestamp) -> Result<HashSet<String>, StoreError> {
    let histories = store.source_histories(keys).await?;
    Ok(histories.into_iter().filter(|history| due_at(history, now) > now).map(|history| history.key).collect())
}

/// Makes jobs of the rows of the list that name a source.
fn jobs_of(plan: &CrawlPlan) -> (Vec<NewJob>, Vec<Refused>) {
    let (mut jobs, mut refused) = (Vec::new(), Vec::new());
    for listed in &plan.list.sources {
        match SourceSpec::parse(&listed.source) {
            Ok(spec) => {
                jobs.push(NewJob { kind: JobKind::CrawlSource, key: spec.key(), bounds: listed.bounds });
            }
            Err(error) => refused.push(Refused { source: listed.source.clone(), reason: error.to_string() }),
        }
    }
    // A source that two rows name is one job, with the bounds of the first.
    let mut seen = HashSet::new();
    jobs.retain(|job| seen.insert(job.key.clone()));
    (jobs, refused)
}

impl Crawl<'_> {
    /// Works on one job after the other until nothing is due.
    async fn work_lane(&self) -> Result<(), CrawlError> {
        while self.takes_turn() {
            if let Some(job) = self.lease().await? {
                self.work(job).await?;
                self.index_now_and_then().await;
                continue;
            }
            self.begun.fetch_sub(1, Ordering::Relaxed);
            let backlog = self.pipeline.store.job_backlog(JobKind::CrawlSource, &self.keys).await?;
            let Some(wait) = backlog.next_due.map(|due| until(self.now(), due)) else { break };
            if wait > self.plan.pace.patience {
                break;
            }
            tokio::time::sleep(wait.max(Duration::from_millis(5))).await;
        }
        Ok(())
    }

    /// Counts a visit, unless as many were begun as the plan allows.
    fn takes_turn(&self) -> bool {
        let limit = self.plan.max_repositories.unwrap_or(u64::MAX);
        let next = |begun: u64| (begun < limit).then_some(begun + 1);
        self.begun.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    async fn lease(&self) -> Result<Option<LeasedJob>, StoreError> {
        let now = self.now();
        let pace = &self.plan.pace;
        let terms = LeaseTerms { now, until: after(now, pace.lease), loss_limit: pace.loss_limit };
        self.pipeline.store.lease_job(JobKind::CrawlSource, &self.keys, self.worker.id(), terms).await
    }

    async fn work(&self, job: LeasedJob) -> Result<(), CrawlError> {
        let visit = tokio::select! {
            visit = self.visit(&job) => visit?,
            // Somebody else has taken the job: what was stored is stored, the rest is theirs.
            () = self.keep_lease(&job.lease) => return Ok(()),
        };
        let store = &self.pipeline.store;
        let note = note_of(&**store, &job.key, &visit.outcome, self.now()).await?;
        let is_unconfirmed = self.is_unconfirmed(&job.key, note).await?;
        let (end, retry_at) = self.end_of(&job, &visit, is_unconfirmed);
        // Noted before the job ends, so that a kill between the two notes it again.
        let change = store.note_visit(&job.key, note, self.now()).await?;
        if store.finish_job(&job.lease, end, self.now()).await? {
            self.tell(&job, &visit.outcome, retry_at, change.unlisted);
        }
        Ok(())
    }

    /// Visits a source, and asks the domains that may prove whose it is.
    async fn visit(&self, job: &LeasedJob) -> Result<Visit, StoreError> {
        let visit = visit(self.pipeline, &self.readers, self.worker.scratch(), job).await?;
        if !matches!(visit.outcome, VisitOutcome::Failed { .. }) {
            self.statements.ask(&*self.pipeline.store, &job.key, self.now()).await?;
        }
        Ok(visit)
    }

    /// Tells whether a source was heard to be gone, and nobody knows yet whether it stays so.
    async fn is_unconfirmed(&self, key: &str, note: VisitNote) -> Result<bool, StoreError> {
        let VisitNote::Gone { confirmed_by } = note else { return Ok(false) };
        let histories = self.pipeline.store.source_histories(&[key.to_owned()]).await?;
        // One that was never there is a mistake in a list, and not gone.
        let Some(history) = histories.first().filter(|history| history.seen_at.is_some()) else { return Ok(false) };
        Ok(history.gone_since.unwrap_or_else(|| self.now()) > confirmed_by)
    }

    /// Prolongs a lease until it is lost.
    async fn keep_lease(&self, lease: &JobLease) {
        let mut is_held = true;
        while is_held {
            tokio::time::sleep(self.plan.pace.lease / BEATS_PER_LEASE).await;
            let until = after(self.now(), self.plan.pace.lease);
            // Where the store fails, the work will notice; the lease may hold until then.
            is_held = self.pipeline.store.extend_lease(lease, until).await.unwrap_or(true);
        }
    }

    fn end_of(&self, job: &LeasedJob, visit: &Visit, is_unconfirmed: bool) -> (JobEnd, Option<Timestamp>) {
        let revision = visit.revision.clone();
        match &visit.outcome {
            VisitOutcome::Unchanged => (JobEnd::Done { revision, skills: None }, None),
            VisitOutcome::Read(stored) => (JobEnd::Done { revision, skills: Some(stored.skills()) }, None),
            VisitOutcome::Failed { failure, .. } => {
                let failure: JobFailure = failure.clone();
                let wait = self.plan.pace.backoff.after(&job.key, job.attempt);
                let wait = match failure.cause {
                    FailureCause::Gone => is_unconfirmed.then_some(GONE_CONFIRMATION),
                    cause => wait.filter(|_| cause::is_passing(cause)),
                };
                match wait.map(|wait| after(self.now(), wait)) {
                    Some(at) => (JobEnd::Retry { failure, at }, Some(at)),
                    None => (JobEnd::GiveUp { failure }, None),
                }
            }
        }
    }

    fn tell(&self, job: &LeasedJob, outcome: &VisitOutcome, retry_at: Option<Timestamp>, skills_unlisted: u64) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.visits += 1;
        report.skills_removed += skills_unlisted;
        // What went wrong before and is right now is no trouble.
        report.troubles.remove(&job.key);
        match outcome {
            VisitOutcome::Unchanged => report.unchanged += 1,
            VisitOutcome::Read(stored) => {
                report.read += 1;
                report.add(stored);
            }
            VisitOutcome::Failed { failure, stored } => {
                if let Some(stored) = stored {
                    report.add(stored);
                }
                report.troubles.insert(job.key.clone(), CrawlTrouble { failure: failure.clone(), retry_at });
            }
        }
        let done = report.visits;
        drop(report);
        self.progress.visited(Visited { key: &job.key, outcome, done, total: self.total.max(done) });
    }

    /// Lets the index follow, so that what was read is found before the crawl ends. It is taken
    /// up at the end where it fails here, as while another process has the index.
    async fn index_now_and_then(&self) {
        let Ok(mut indexed_at) = self.indexed_at.try_lock() else { return };
        if self.plan.updates_index && indexed_at.elapsed() >= self.plan.pace.index_interval {
            let followed = ingest::follow(&self.pipeline.store, &self.pipeline.search, &self.pipeline.compute).await;
            if let Err(error) = followed {
                tracing::debug!(%error, "search does not follow at the moment");
            }
            *indexed_at = Instant::now();
        }
    }

    fn now(&self) -> Timestamp {
        (self.pipeline.clock)()
    }
}

fn after(now: Timestamp, time: Duration) -> Timestamp {
    let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_milliseconds(now.as_milliseconds().saturating_add(milliseconds))
}

pub(super) fn before(now: Timestamp, time: Duration) -> Timestamp {
    let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_milliseconds(now.as_milliseconds().saturating_sub(milliseconds))
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.as_milliseconds() - now.as_milliseconds()).unwrap_or(0))
}
