//! One crawl: queue the list, work on what is due, let the index follow.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use tokio::sync::{Notify, Semaphore};

use super::facts::{self, FACTS_AGE};
use super::find;
use super::notes::{GONE_CONFIRMATION, note_of};
use super::report::{CrawlProgress, CrawlReport, CrawlTrouble, Refused, VisitOutcome, Visited};
use super::statements::Statements;
use super::visit::{Visit, visit};
use super::worker::{self, Worker};
use super::{CrawlPlan, cause, due_at};
use crate::github::{Finder, GithubClient, GithubError, Resource};
use crate::ingest::{self, IngestError, Pipeline};
use crate::skill::Timestamp;
use crate::source::{SourceSpec, StatementClient};
use crate::store::{
    EnqueueTerms, FailureCause, JobEnd, JobFailure, JobKind, JobLease, LeaseTerms, LeasedJob, NewJob, Store,
    StoreError, VisitNote,
};

/// How often a lease is prolonged within its time.
const BEATS_PER_LEASE: u32 = 3;
/// How long a lane with nothing to do waits for what somebody else may find.
const FIND_INTERVAL: Duration = Duration::from_millis(500);

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
    /// The same, to look one up.
    listed: HashSet<String>,
    terms: EnqueueTerms,
    worker: Worker,
    readers: Semaphore,
    statements: Statements,
    progress: Arc<dyn CrawlProgress>,
    /// Visits that were begun.
    begun: AtomicU64,
    /// Sources that are to be visited, as far as they are known.
    due: AtomicU64,
    /// Rings when sources were found.
    found: Notify,
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
    // What was found before is due like everything else, however old the step that found it.
    let listed: HashSet<String> = keys.iter().cloned().collect();
    let mut found = store.found_jobs(JobKind::CrawlSource, &keys).await?;
    found.retain(|job| !listed.contains(&job.key));
    let found_keys: Vec<String> = found.iter().map(|job| job.key.clone()).collect();
    let quiet =
        if plan.spares_quiet_sources { quiet_sources(&**store, &found_keys, now).await? } else { HashSet::new() };
    found.retain(|job| !quiet.contains(&job.key));
    enqueued.fresh += quiet.len() as u64;
    enqueued.add(store.enqueue_jobs(found, terms).await?);
    let due = enqueued.queued + enqueued.waiting;
    let crawl = Crawl {
        pipeline,
        plan,
        keys,
        listed,
        terms,
        worker,
        readers: Semaphore::new(plan.pace.readers.max(1)),
        statements: Statements::new(StatementClient::new().ok(), plan.list.directory()),
        progress,
        begun: AtomicU64::new(0),
        due: AtomicU64::new(due),
        found: Notify::new(),
        report: Mutex::new(CrawlReport { enqueued, refused, ..CrawlReport::default() }),
        indexed_at: tokio::sync::Mutex::new(Instant::now()),
    };
    try_join_all((0..plan.pace.lanes.max(1)).map(|_| crawl.work_lane())).await?;
    let mut report = crawl.report.into_inner().unwrap_or_else(PoisonError::into_inner);
    crawl.worker.end();
    for kind in [JobKind::CrawlSource, JobKind::FindSources] {
        report.remaining += store.job_backlog(kind, &crawl.keys).await?.count;
    }
    let limits = [Resource::Core, Resource::CodeSearch];
    let until =
        |github: &Arc<GithubClient>| limits.iter().filter_map(|of| github.waits_until(*of, (pipeline.clock)())).max();
    report.github_limited_until = plan.github.as_ref().and_then(until);
    report.time = started.elapsed();
    if plan.updates_index {
        let indexing = Instant::now();
        ingest::hash_stored(store, &pipeline.compute).await?;
        ingest::read_packages(store, &pipeline.compute, (pipeline.clock)()).await?;
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

/// Makes jobs of the rows of the list that name a source, or something that finds some.
fn jobs_of(plan: &CrawlPlan) -> (Vec<NewJob>, Vec<Refused>) {
    let (mut jobs, mut refused) = (Vec::new(), Vec::new());
    for listed in &plan.list.sources {
        match job_of(plan.github.as_deref(), &listed.source) {
            Ok((kind, key)) => jobs.push(NewJob { kind, key, bounds: listed.bounds }),
            Err(reason) => refused.push(Refused { source: listed.source.clone(), reason }),
        }
    }
    // A source that two rows name is one job, with the bounds of the first.
    let mut seen = HashSet::new();
    jobs.retain(|job| seen.insert(job.key.clone()));
    (jobs, refused)
}

fn job_of(github: Option<&GithubClient>, text: &str) -> Result<(JobKind, String), String> {
    if let Some(finder) = Finder::parse(text) {
        let finder = finder.map_err(|error| error.to_string())?;
        return match (github, &finder) {
            (None, _) => Err("GitHub is not asked here".to_owned()),
            (Some(github), Finder::Search { .. }) if !github.has_token() => {
                Err(GithubError::NoToken { what: "the search for files" }.to_string())
            }
            (Some(_), finder) => Ok((JobKind::FindSources, finder.key())),
        };
    }
    let resolved = github.and_then(|github| github.address().resolve(text));
    let spec = SourceSpec::parse(resolved.as_deref().unwrap_or(text)).map_err(|error| error.to_string())?;
    Ok((JobKind::CrawlSource, spec.key()))
}

impl Crawl<'_> {
    /// Works on one job after the other until nothing is due.
    async fn work_lane(&self) -> Result<(), CrawlError> {
        while self.work_once().await? || self.wait().await? {}
        Ok(())
    }

    /// Works on one job; tells `false` where none is due. What finds sources comes first, so that
    /// soon it is known what there is to do, and what is known of repositories comes last.
    async fn work_once(&self) -> Result<bool, CrawlError> {
        let github = self.plan.github.as_deref();
        if let Some(github) = github.filter(|_| self.has_turns())
            && let Some(job) = self.lease(JobKind::FindSources).await?
        {
            self.find(github, job).await?;
            return Ok(true);
        }
        if self.takes_turn() {
            if let Some(job) = self.lease(JobKind::CrawlSource).await? {
                self.work(job).await?;
                self.index_now_and_then().await;
                return Ok(true);
            }
            self.begun.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(github) = github.filter(|github| github.waits_until(Resource::Core, self.now()).is_none())
            && let Some(job) = self.lease(JobKind::FetchFacts).await?
        {
            self.fetch_facts(github, job).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Waits for what is due soon, or for what somebody may find; tells `false` where there is
    /// nothing to wait for.
    async fn wait(&self) -> Result<bool, CrawlError> {
        let (mut wait, mut is_finding) = (None::<Duration>, false);
        for kind in [JobKind::FindSources, JobKind::CrawlSource, JobKind::FetchFacts] {
            let is_worked_on = match kind {
                JobKind::FindSources => self.plan.github.is_some() && self.has_turns(),
                JobKind::CrawlSource => self.has_turns(),
                JobKind::FetchFacts => self.plan.github.is_some(),
            };
            if !is_worked_on {
                continue;
            }
            let backlog = self.pipeline.store.job_backlog(kind, &self.keys).await?;
            let limit = match (&self.plan.github, kind) {
                (Some(github), JobKind::FetchFacts) => github.waits_until(Resource::Core, self.now()),
                _ => None,
            };
            let due = backlog.next_due.map(|due| until(self.now(), limit.map_or(due, |limit| limit.max(due))));
            wait = due.into_iter().chain(wait).min();
            is_finding |= kind == JobKind::FindSources && backlog.count > 0 && backlog.next_due.is_none();
        }
        if let Some(wait) = wait.filter(|wait| *wait <= self.plan.pace.patience) {
            tokio::time::sleep(wait.max(Duration::from_millis(5))).await;
            return Ok(true);
        }
        if is_finding {
            // Whether it rang or not: the queue is looked at again.
            let _ = tokio::time::timeout(FIND_INTERVAL, self.found.notified()).await;
        }
        Ok(is_finding)
    }

    /// Tells whether another visit may begin.
    fn has_turns(&self) -> bool {
        self.begun.load(Ordering::Relaxed) < self.plan.max_repositories.unwrap_or(u64::MAX)
    }

    /// Counts a visit, unless as many were begun as the plan allows.
    fn takes_turn(&self) -> bool {
        let limit = self.plan.max_repositories.unwrap_or(u64::MAX);
        let next = |begun: u64| (begun < limit).then_some(begun + 1);
        self.begun.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    async fn lease(&self, kind: JobKind) -> Result<Option<LeasedJob>, StoreError> {
        let now = self.now();
        let pace = &self.plan.pace;
        let terms = LeaseTerms { now, until: after(now, pace.lease), loss_limit: pace.loss_limit };
        self.pipeline.store.lease_job(kind, &self.keys, self.worker.id(), terms).await
    }

    /// Does one step in finding sources.
    async fn find(&self, github: &GithubClient, job: LeasedJob) -> Result<(), CrawlError> {
        let store = &*self.pipeline.store;
        // When sources were last visited is told by the terms of the list.
        let terms = EnqueueTerms { now: self.now(), ..self.terms };
        let result = tokio::select! {
            result = find::find(store, github, &job, &self.listed, terms) => result?,
            () = self.keep_lease(&job.lease) => return Ok(()),
        };
        let (end, retry_at) = self.end_of_asking(&job, result.as_ref().err());
        let is_ended = store.finish_job(&job.lease, end, self.now()).await?;
        if is_ended {
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            report.troubles.remove(&job.key);
            match &result {
                Ok(step) => {
                    report.found += step.sources.queued;
                    report.cut += u64::from(step.is_cut);
                    self.due.fetch_add(step.sources.queued, Ordering::Relaxed);
                }
                // A limit is no fault of the source, and told for itself.
                Err(error) if find::limited_until(error).is_some() => {}
                Err(error) => {
                    report
                        .troubles
                        .insert(job.key.clone(), CrawlTrouble { failure: cause::of_github(error), retry_at });
                }
            }
        }
        self.found.notify_waiters();
        Ok(())
    }

    /// Asks what is known of one repository.
    async fn fetch_facts(&self, github: &GithubClient, job: LeasedJob) -> Result<(), CrawlError> {
        let store = &*self.pipeline.store;
        let result = tokio::select! {
            result = facts::fetch(store, github, &job.key, self.now()) => result?,
            () = self.keep_lease(&job.lease) => return Ok(()),
        };
        let (end, _) = self.end_of_asking(&job, result.as_ref().err());
        if store.finish_job(&job.lease, end, self.now()).await? {
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(()) => report.facts += 1,
                Err(GithubError::Limited { .. }) => {}
                Err(error) => {
                    tracing::debug!(source = %job.key, %error, "the facts of a repository are not known");
                    report.facts_failed += 1;
                }
            }
        }
        Ok(())
    }

    /// Queues the question for facts of the repository that was visited, where they are old, or
    /// the repository seems to be gone.
    async fn ask_for_facts(&self, job: &LeasedJob, visit: &Visit) -> Result<(), StoreError> {
        let Some(github) = self.plan.github.as_deref().filter(|github| github.has_token()) else { return Ok(()) };
        let Some(question) = facts::job_of(github, &job.key, job.bounds) else { return Ok(()) };
        let now = self.now();
        let is_gone =
            matches!(&visit.outcome, VisitOutcome::Failed { failure, .. } if failure.cause == FailureCause::Gone);
        let done_before = if is_gone { now } else { before(now, FACTS_AGE) };
        let terms = EnqueueTerms { now, done_before, poisoned_before: done_before };
        self.pipeline.store.enqueue_found(&job.lease, vec![question], terms).await?;
        Ok(())
    }

    async fn work(&self, job: LeasedJob) -> Result<(), CrawlError> {
        let new_place = match self.plan.github.as_deref() {
            Some(github) => facts::new_place(&*self.pipeline.store, github, &job.key).await?,
            None => None,
        };
        let visit = tokio::select! {
            visit = self.visit(&job, new_place) => visit?,
            // Somebody else has taken the job: what was stored is stored, the rest is theirs.
            () = self.keep_lease(&job.lease) => return Ok(()),
        };
        self.ask_for_facts(&job, &visit).await?;
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
    async fn visit(&self, job: &LeasedJob, new_place: Option<String>) -> Result<Visit, StoreError> {
        let visit = visit(self.pipeline, &self.readers, self.worker.scratch(), job, new_place).await?;
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
            VisitOutcome::Failed { failure, .. } => self.end_of_failure(job, failure.clone(), is_unconfirmed),
        }
    }

    /// Tells how a job ends that asked GitHub. A limit counts as no attempt.
    fn end_of_asking(&self, job: &LeasedJob, error: Option<&GithubError>) -> (JobEnd, Option<Timestamp>) {
        let Some(error) = error else { return (JobEnd::Done { revision: None, skills: None }, None) };
        let failure = cause::of_github(error);
        match find::limited_until(error) {
            Some(at) => (JobEnd::Retry { failure, at }, Some(at)),
            None => self.end_of_failure(job, failure, false),
        }
    }

    /// `is_unconfirmed` says that a source was heard to be gone, which is asked about again.
    fn end_of_failure(
        &self,
        job: &LeasedJob,
        failure: JobFailure,
        is_unconfirmed: bool,
    ) -> (JobEnd, Option<Timestamp>) {
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
        let due = self.due.load(Ordering::Relaxed);
        let total = self.plan.max_repositories.map_or(due, |limit| due.min(limit));
        self.progress.visited(Visited { key: &job.key, outcome, done, total: total.max(done) });
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
