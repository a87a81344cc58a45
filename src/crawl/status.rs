//! What is known of a crawl from outside, whether one is running or not.

use std::time::Duration;

use super::due_at;
use crate::skill::Timestamp;
use crate::store::{JobKind, JobOverview, Store, StoreError, TroubledJob};

/// The time over which the rate is measured.
const RATE_TIME: Duration = Duration::from_secs(600);
/// Sources with trouble that are listed; the causes of all are counted.
const LISTED_TROUBLES: u32 = 1_000;
/// Sources that are looked at for when they are due: those of the longest list there may be.
const LISTED_SOURCES: u32 = 100_000;

/// The queue, the rate, the time left, and what failed.
#[derive(Debug, Clone)]
pub struct CrawlStatus {
    /// The queue in figures.
    pub overview: JobOverview,
    /// Steps in finding sources, in figures.
    pub finding: JobOverview,
    /// Questions for facts of repositories, in figures.
    pub facts: JobOverview,
    /// Visits a second over the last ten minutes; absent where there were fewer than two.
    pub visits_per_second: Option<f64>,
    /// How long what is queued will take at that rate.
    pub time_left: Option<Duration>,
    /// Sources that failed or were given up.
    pub troubles: Vec<TroubledJob>,
    /// Sources that were seen, those first that are due first.
    pub due: Vec<SourceDue>,
    /// How many of all that were seen are due now.
    pub due_count: u64,
    /// Sources that their host says are gone, with the time since when.
    pub gone: Vec<(String, Timestamp)>,
}

/// When a source is to be visited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDue {
    /// The canonical text of the source; author-controlled.
    pub key: String,
    /// When it was last seen.
    pub seen_at: Option<Timestamp>,
    /// When it is due.
    pub due_at: Timestamp,
}

/// Tells how the crawl stands.
///
/// # Errors
/// Fails where the store does.
pub async fn crawl_status(store: &dyn Store, now: Timestamp) -> Result<CrawlStatus, StoreError> {
    let since = Timestamp::from_milliseconds(now.as_milliseconds() - RATE_TIME.as_millis() as i64);
    let overview = store.job_overview(JobKind::CrawlSource, since).await?;
    let finding = store.job_overview(JobKind::FindSources, since).await?;
    let facts = store.job_overview(JobKind::FetchFacts, since).await?;
    let mut troubles = store.troubled_jobs(JobKind::FindSources, LISTED_TROUBLES).await?;
    troubles.extend(store.troubled_jobs(JobKind::CrawlSource, LISTED_TROUBLES).await?);
    let visits_per_second = rate(&overview);
    let time_left = visits_per_second
        .filter(|_| overview.remaining() > 0)
        .and_then(|rate| Duration::try_from_secs_f64(overview.remaining() as f64 / rate).ok());
    let histories = store.crawled_sources(LISTED_SOURCES).await?;
    let gone = histories.iter().filter_map(|source| Some((source.key.clone(), source.gone_since?))).collect();
    let mut due: Vec<SourceDue> = histories
        .into_iter()
        .filter(|source| source.failing_since.is_none())
        .map(|source| SourceDue { due_at: due_at(&source, now), seen_at: source.seen_at, key: source.key })
        .collect();
    due.sort_by(|left, right| left.due_at.cmp(&right.due_at).then_with(|| left.key.cmp(&right.key)));
    let due_count = due.iter().filter(|source| source.due_at <= now).count() as u64;
    Ok(CrawlStatus { overview, finding, facts, visits_per_second, time_left, troubles, due, due_count, gone })
}

/// Visits a second between the first and the last that ended lately.
fn rate(overview: &JobOverview) -> Option<f64> {
    let milliseconds = overview.recent_last?.as_milliseconds() - overview.recent_first?.as_milliseconds();
    let is_told = overview.recent_count > 1 && milliseconds > 0;
    is_told.then(|| (overview.recent_count - 1) as f64 * 1_000.0 / milliseconds as f64)
}
