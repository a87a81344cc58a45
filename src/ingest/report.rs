//! What a run says while it goes and when it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::compute::ComputeError;
use crate::scan::SafetyStatus;
use crate::search::SearchError;
use crate::source::{SourceError, SourceFailure};
use crate::store::StoreError;

/// Failures that a report lists; the rest is counted.
const LISTED_FAILURES: usize = 1_000;

/// Why a run ended before its source did.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed; what was stored before is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed; it follows the store at the next run.
    #[error("the search index failed: {0}")]
    Search(#[from] SearchError),
    /// The program is stopping, or a computation panicked.
    #[error(transparent)]
    Compute(#[from] ComputeError),
}

/// What a run is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestStage {
    /// The source is read: work done and, where it is known, in all; skills so far.
    Reading {
        /// In the unit of the source: bytes or skills.
        done: u64,
        /// In the same unit.
        total: Option<u64>,
        /// Skills that were stored.
        skills: u64,
        /// Items that failed.
        failures: u64,
    },
    /// Everything is stored, and search is brought up to date.
    Indexing,
    /// Everything is found by its words, and the chosen model embeds what is new.
    Embedding {
        /// Texts that were embedded.
        done: u64,
        /// Texts that had no vector.
        total: u64,
    },
}

/// Hears what a run is doing.
pub trait IngestProgress: Send + Sync {
    /// Is told of every batch.
    fn report(&self, stage: IngestStage);
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct IngestReport {
    /// The canonical text of the source.
    pub source: String,
    /// Skills that were not listed before.
    pub added: u64,
    /// Skills whose files changed.
    pub changed: u64,
    /// Skills with the same files, of which the source says something else, such as the commit.
    pub moved: u64,
    /// Skills that are as they were.
    pub unchanged: u64,
    /// Skills that the source no longer shows.
    pub removed: u64,
    /// Skills of which not every file was read.
    pub incomplete: u64,
    /// Items that failed, in all.
    pub failure_count: u64,
    /// The first thousand failures with their reasons.
    pub failures: Vec<SourceFailure>,
    /// Skills of this run by verdict, where they were scanned in this run.
    pub verdicts: BTreeMap<SafetyStatus, u64>,
    /// How long reading, scanning and storing took.
    pub read_time: Duration,
    /// How long indexing took.
    pub index_time: Duration,
    /// Texts that the chosen model embedded after that.
    pub embedded: u64,
    /// Why the chosen model could not embed them all; the next run goes on.
    pub embedding_failure: Option<String>,
    /// Whether the source was read to its end; if not, nothing was unlisted.
    pub is_finished: bool,
}

impl IngestReport {
    /// Skills that were seen.
    pub fn skills(&self) -> u64 {
        self.added + self.changed + self.moved + self.unchanged
    }

    /// Notes a failure.
    pub(super) fn fail(&mut self, failure: SourceFailure) {
        self.failure_count += 1;
        // Why a source was not read to its end is told however many other failures there are.
        let tells_end =
            failure.ends_stream.is_some_and(|end| self.failures.iter().all(|listed| listed.ends_stream != Some(end)));
        if tells_end || self.failures.len() < LISTED_FAILURES {
            self.failures.push(failure);
        }
    }
}
