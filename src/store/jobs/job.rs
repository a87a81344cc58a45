//! A job, and what is told of it.

use serde::{Deserialize, Serialize};

use super::{FailureCause, JobFailure};
use crate::skill::Timestamp;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Reads a source into the store.
    CrawlSource,
    /// Finds the sources that another one stands for, one step at a time.
    FindSources,
    /// Asks a host what it knows of a repository.
    FetchFacts,
}

impl JobKind {
    /// Returns the word under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CrawlSource => "crawl-source",
            Self::FindSources => "find-sources",
            Self::FetchFacts => "fetch-facts",
        }
    }
}

/// How far a job may go. They are written down with the job, so that whoever takes it up
/// holds it to the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobBounds {
    /// Milliseconds that it may take.
    pub time_ms: u64,
    /// Bytes that it may fetch.
    pub fetch_bytes: u64,
    /// Bytes of all skills that it may read.
    pub read_bytes: u64,
    /// Files and folders of the source.
    pub entries: u64,
    /// Skills of the source.
    pub skills: u64,
}

/// A job to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// The canonical text of its source.
    pub key: String,
    /// How far it may go.
    pub bounds: JobBounds,
}

/// Which jobs that have ended are queued anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnqueueTerms {
    /// The time.
    pub now: Timestamp,
    /// Those that were done by then.
    pub done_before: Timestamp,
    /// Those that were given up by then.
    pub poisoned_before: Timestamp,
}

/// What queueing did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EnqueueOutcome {
    /// Jobs that are queued now and were not before.
    pub queued: u64,
    /// Jobs that were waiting or being done anyway.
    pub waiting: u64,
    /// Jobs that were done too short a time ago.
    pub fresh: u64,
    /// Jobs that were given up, and stay so for now.
    pub poisoned: u64,
}

impl EnqueueOutcome {
    /// Counts what queueing other jobs did.
    pub fn add(&mut self, other: Self) {
        self.queued += other.queued;
        self.waiting += other.waiting;
        self.fresh += other.fresh;
        self.poisoned += other.poisoned;
    }
}

/// How a lease is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerms {
    /// The time.
    pub now: Timestamp,
    /// When the lease ends by itself.
    pub until: Timestamp,
    /// How often the worker of a job may vanish before the job is given up.
    pub loss_limit: u32,
}

/// The right to work on a job until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLease {
    pub(in crate::store) kind: JobKind,
    pub(in crate::store) key: String,
    pub(in crate::store) number: i64,
}

/// A job that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedJob {
    /// The right to work on it.
    pub lease: JobLease,
    /// The canonical text of its source.
    pub key: String,
    /// How far it may go.
    pub bounds: JobBounds,
    /// How often it was begun since it was last done, this time included.
    pub attempt: u32,
    /// What its source was like when it was last done, in the words of whoever did it.
    pub revision: Option<String>,
}

/// How work on a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// It is done.
    Done {
        /// What the source is like, so that the next one can tell whether it changed.
        revision: Option<String>,
        /// Skills of the source; absent where it was not read since it had not changed.
        skills: Option<u64>,
    },
    /// It failed, and is tried again.
    Retry {
        /// Why it failed.
        failure: JobFailure,
        /// Not before then.
        at: Timestamp,
    },
    /// It failed, and trying again would not help.
    GiveUp {
        /// Why it failed.
        failure: JobFailure,
    },
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// It waits.
    Queued,
    /// Somebody works on it.
    Leased,
    /// It is done.
    Done,
    /// It failed, and waits to be tried again.
    Failed,
    /// It was given up.
    Poisoned,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Leased, Self::Done, Self::Failed, Self::Poisoned];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Poisoned => "poisoned",
        }
    }

    /// Reads the word.
    pub(in crate::store) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What is still to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobBacklog {
    /// Jobs that wait or are being done.
    pub count: u64,
    /// When the next of those is due that nobody works on.
    pub next_due: Option<Timestamp>,
}

/// The queue in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobOverview {
    /// Jobs by state, in the order of [`JobState::ALL`], without those that no job is in.
    pub states: Vec<(JobState, u64)>,
    /// Jobs that failed or were given up, by cause, most first.
    pub causes: Vec<(FailureCause, u64)>,
    /// Skills of the sources that are done.
    pub skills: u64,
    /// Jobs that ended since the time that was asked for.
    pub recent_count: u64,
    /// When the first of them ended.
    pub recent_first: Option<Timestamp>,
    /// When the last of them ended.
    pub recent_last: Option<Timestamp>,
    /// When the first job that failed is tried again.
    pub next_due: Option<Timestamp>,
}

impl JobOverview {
    /// Returns how many jobs are in a state.
    pub fn count(&self, state: JobState) -> u64 {
        self.states.iter().find(|row| row.0 == state).map_or(0, |row| row.1)
    }

    /// Returns how many jobs are still to be done.
    pub fn remaining(&self) -> u64 {
        self.count(JobState::Queued) + self.count(JobState::Leased) + self.count(JobState::Failed)
    }
}

/// A job that failed or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubledJob {
    /// The canonical text of its source.
    pub key: String,
    /// Where it stands: failed or poisoned.
    pub state: JobState,
    /// Why it failed.
    pub failure: JobFailure,
    /// How often it was begun.
    pub attempts: u32,
    /// When it is tried again, where it is.
    pub due_at: Option<Timestamp>,
}
