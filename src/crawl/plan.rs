//! What a crawl is asked to do, and at which pace.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Backoff, SourceList};
use crate::github::GithubClient;

/// What a crawl is asked to do.
#[derive(Debug, Clone)]
pub struct CrawlPlan {
    /// The sources.
    pub list: SourceList,
    /// Sources that were visited within this time are left alone.
    pub since: Duration,
    /// Whether sources that seldom change are left alone for longer than that.
    pub spares_quiet_sources: bool,
    /// Visits at most.
    pub max_repositories: Option<u64>,
    /// Whether sources that were given up are visited again.
    pub takes_up_poisoned: bool,
    /// Whether the index follows the store; not where both are thrown away.
    pub updates_index: bool,
    /// The folder in which running crawls are known to each other.
    pub worker_folder: PathBuf,
    /// GitHub, which finds sources and knows facts; neither without it.
    pub github: Option<Arc<GithubClient>>,
    /// How it goes about it.
    pub pace: Pace,
}

/// How a crawl goes about its jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Sources that are asked at once whether they changed.
    pub lanes: usize,
    /// Sources that are fetched and read at once, which bounds the memory.
    pub readers: usize,
    /// How long a lease lasts unless it is prolonged.
    pub lease: Duration,
    /// How often the worker of a job may vanish before the job is given up. A machine that is
    /// restarted often must not lose sources; what takes the program down every time must not
    /// do so for ever.
    pub loss_limit: u32,
    /// How long a crawl waits for jobs that failed, once nothing else is left.
    pub patience: Duration,
    /// How often the index follows the store.
    pub index_interval: Duration,
    /// How long a job waits after a failure.
    pub backoff: Backoff,
    /// How long a job that was given up is left alone.
    pub poisoned_for: Duration,
}

impl Pace {
    /// The usual pace, for a machine with two cores.
    pub const USUAL: Self = Self {
        lanes: 8,
        readers: 2,
        lease: Duration::from_secs(60),
        loss_limit: 10,
        patience: Duration::from_secs(60),
        index_interval: Duration::from_secs(30),
        backoff: Backoff { first: Duration::from_secs(5), longest: Duration::from_secs(3_600), attempts: 5 },
        poisoned_for: Duration::from_secs(7 * 24 * 3_600),
    };
}
