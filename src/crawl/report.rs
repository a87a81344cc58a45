//! What a crawl says while it goes and when it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ingest::IngestReport;
use crate::skill::Timestamp;
use crate::store::{EnqueueOutcome, JobFailure};

/// How a visit to a source ended.
#[derive(Debug, Clone)]
pub enum VisitOutcome {
    /// It has not changed since it was last read, and was not fetched.
    Unchanged,
    /// It was read to its end.
    Read(Box<IngestReport>),
    /// It was not read to its end. What was read before is stored, and nothing was unlisted.
    Failed {
        /// Why.
        failure: JobFailure,
        /// What was stored before.
        stored: Option<Box<IngestReport>>,
    },
}

/// A visit that ended.
#[derive(Debug, Clone)]
pub struct Visited<'a> {
    /// The canonical text of the source; author-controlled.
    pub key: &'a str,
    /// How it ended.
    pub outcome: &'a VisitOutcome,
    /// Visits of this crawl so far.
    pub done: u64,
    /// Visits that this crawl set out to make.
    pub total: u64,
}

/// Hears what a crawl is doing.
pub trait CrawlProgress: Send + Sync {
    /// Is told of every visit that ended.
    fn visited(&self, visit: Visited<'_>);
}

/// A source of the list that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What the list says; not sanitised.
    pub source: String,
    /// Why it is no source, sanitised.
    pub reason: String,
}

/// Why a source could not be read, when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlTrouble {
    /// Why it failed.
    pub failure: JobFailure,
    /// When it is tried again; absent where it was given up.
    pub retry_at: Option<Timestamp>,
}

/// What a crawl did.
#[derive(Debug, Clone, Default)]
pub struct CrawlReport {
    /// What queueing the list did.
    pub enqueued: EnqueueOutcome,
    /// Rows of the list that name no source.
    pub refused: Vec<Refused>,
    /// Sources that were read.
    pub read: u64,
    /// Sources that had not changed.
    pub unchanged: u64,
    /// Visits that ended, those that failed and were tried again included.
    pub visits: u64,
    /// Sources that could not be read, by their canonical text, which is author-controlled.
    pub troubles: BTreeMap<String, CrawlTrouble>,
    /// Skills that were seen in sources that were read.
    pub skills: u64,
    /// Skills that were not listed before.
    pub skills_added: u64,
    /// Skills whose bundle or source changed.
    pub skills_changed: u64,
    /// Skills that their source no longer shows.
    pub skills_removed: u64,
    /// Single skills or files that could not be read.
    pub item_failures: u64,
    /// Sources that were found by others of the list, and are queued now and were not before.
    pub found: u64,
    /// Rows of the list that stand for more sources than can be asked for.
    pub cut: u64,
    /// Repositories whose host told what it knows of them.
    pub facts: u64,
    /// Times that the host was asked for that in vain.
    pub facts_failed: u64,
    /// Until when GitHub answers nothing more; the next run after that goes on.
    pub github_limited_until: Option<Timestamp>,
    /// Sources of the list that wait, or that another crawl is visiting.
    pub remaining: u64,
    /// How long it took, without the index.
    pub time: Duration,
    /// How long the index took at the end.
    pub index_time: Duration,
    /// Why the index does not follow the store; the next run takes it up.
    pub index_failure: Option<String>,
}

impl CrawlReport {
    /// Sources that could not be read.
    pub fn failed(&self) -> u64 {
        self.troubles.len() as u64
    }

    /// Notes what a visit stored.
    pub(super) fn add(&mut self, stored: &IngestReport) {
        self.skills += stored.skills();
        self.skills_added += stored.added;
        self.skills_changed += stored.changed;
        self.skills_removed += stored.removed;
        self.item_failures += stored.failure_count;
    }
}
