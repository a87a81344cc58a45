//! Visit many sources, and tell how that stands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Services;
use crate::crawl;
pub use crate::crawl::{
    CrawlError, CrawlProgress, CrawlReport, CrawlStatus, CrawlTrouble, SourceList, SourceListError, VisitOutcome,
    Visited,
};
use crate::crawl::{CrawlPlan, ListedSource, Pace, SHORTEST_INTERVAL, USUAL_BOUNDS};
use crate::github::Finder;
use crate::ingest::Pipeline;
use crate::skill::{Publishers, sanitise_line};
use crate::store::StoreError;
pub use crate::store::{FailureCause, JobOverview, JobState};

/// Bytes of a list of sources.
const LIST_BYTES: u64 = 16 * 1024 * 1024;

/// What a crawl is asked to do.
#[derive(Debug, Clone)]
pub struct CrawlRequest {
    /// The list of sources; the one that ships with the program where there is none.
    pub sources: Option<PathBuf>,
    /// Sources that were visited within this time are left alone; where there is none, each as
    /// long as it usually stays unchanged.
    pub since: Option<Duration>,
    /// Visits at most.
    pub max_repositories: Option<u64>,
    /// Whether sources that were given up are visited again.
    pub takes_up_poisoned: bool,
    /// Whether the services work on a copy that is thrown away.
    pub is_dry_run: bool,
    /// The folder in which running crawls are known to each other.
    pub worker_folder: PathBuf,
}

/// Why a crawl could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CrawlSourcesError {
    /// The list cannot be read.
    #[error("cannot read the list of sources {path}: {reason}")]
    List {
        /// The file, sanitised.
        path: String,
        /// Why.
        reason: String,
    },
    /// The crawl failed.
    #[error(transparent)]
    Crawl(#[from] CrawlError),
    /// The store failed.
    #[error("cannot tell how the crawl stands: {0}")]
    Store(#[from] StoreError),
}

/// Visits the sources of a list that are due.
///
/// # Errors
/// Fails where the list cannot be read or the store fails; single sources that fail are in the
/// report.
pub async fn crawl_sources(
    services: &Services,
    request: CrawlRequest,
    progress: Arc<dyn CrawlProgress>,
) -> Result<CrawlReport, CrawlSourcesError> {
    let list = match &request.sources {
        None => SourceList::builtin(),
        Some(path) => read_list(path)
            .map_err(|reason| CrawlSourcesError::List { path: sanitise_line(&path.to_string_lossy(), 500), reason })?,
    };
    crawl_list(services, list, request, progress).await
}

/// Finds the sources that `text` stands for, such as the repositories of `github:owner`, and
/// visits each of them: a crawl of a list of one, that goes on where it was stopped.
///
/// # Errors
/// Fails where the store does; single sources that fail are in the report.
pub async fn ingest_found(
    services: &Services,
    text: &str,
    worker_folder: PathBuf,
    progress: Arc<dyn CrawlProgress>,
) -> Result<CrawlReport, CrawlSourcesError> {
    let source = ListedSource { source: text.to_owned(), publisher: None, bounds: USUAL_BOUNDS };
    let list = SourceList { publishers: Vec::new(), sources: vec![source] };
    let request = CrawlRequest {
        sources: None,
        // Who names it wants it now.
        since: Some(Duration::ZERO),
        max_repositories: None,
        takes_up_poisoned: true,
        is_dry_run: false,
        worker_folder,
    };
    crawl_list(services, list, request, progress).await
}

/// Tells whether a text stands for other sources, so that [`ingest_found`] is to be asked.
pub fn is_finder(text: &str) -> bool {
    Finder::parse(text).is_some()
}

async fn crawl_list(
    services: &Services,
    list: SourceList,
    request: CrawlRequest,
    progress: Arc<dyn CrawlProgress>,
) -> Result<CrawlReport, CrawlSourcesError> {
    let plan = CrawlPlan {
        list,
        since: request.since.unwrap_or(SHORTEST_INTERVAL),
        spares_quiet_sources: request.since.is_none(),
        max_repositories: request.max_repositories,
        takes_up_poisoned: request.takes_up_poisoned,
        updates_index: !request.is_dry_run,
        worker_folder: request.worker_folder,
        github: services.github().cloned(),
        pace: Pace::USUAL,
    };
    let pipeline = Pipeline {
        store: services.store().clone(),
        search: services.search().clone(),
        compute: services.compute().clone(),
        clock: services.clock(),
    };
    Ok(crawl::crawl(&pipeline, &plan, progress).await?)
}

/// Tells how the crawl stands, whether one is running or not.
///
/// # Errors
/// Fails where the store does.
pub async fn crawl_status(services: &Services) -> Result<CrawlStatus, CrawlSourcesError> {
    Ok(crawl::crawl_status(&**services.store(), services.now()).await?)
}

fn read_list(path: &std::path::Path) -> Result<SourceList, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > LIST_BYTES {
        return Err(format!("it has {size} bytes, the limit is {LIST_BYTES}"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    SourceList::parse(&text).map_err(|error| error.to_string())
}

/// Returns the accounts of the publishers in the list that ships with the program.
pub fn known_publishers() -> Publishers {
    SourceList::builtin().accounts()
}
