//! The only place that constructs: it puts the rooms together for a process.

use std::sync::Arc;
use std::time::Duration;

use crate::compute::Compute;
use crate::config::StorageConfig;
use crate::operations::{IngestError, IngestProgress, IngestStage, Services, ingest_starter};
use crate::search::{EmbedderChoice, SearchError, SearchIndex};
use crate::skill::Timestamp;
use crate::store::{SqliteStore, Store, StoreError};

/// How often a service looks whether another process has changed the store.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index cannot be opened.
    #[error("cannot open the search index: {0}")]
    Search(#[from] SearchError),
    /// The catalogue that ships inside the program cannot be stored.
    #[error("cannot store the starter catalogue: {0}")]
    Starter(#[from] IngestError),
}

/// Opens what operations work with: the store and the index in the data folder.
///
/// A store that has never held anything gets the catalogue that ships inside the program, so
/// that a first search shows something real.
///
/// # Errors
/// Fails where the data folder cannot be used.
pub async fn open(storage: &StorageConfig, public_url: String) -> Result<Services, AppError> {
    let store = SqliteStore::open(&storage.database()).await?;
    let is_new = store.sequence().await? == 0;
    let search = SearchIndex::open(&storage.index_folder(), EmbedderChoice::Builtin)?;
    let services = Services::new(Arc::new(store), search, Compute::new(), Timestamp::now, public_url);
    if is_new {
        ingest_starter(&services, Arc::new(Silent)).await?;
    }
    Ok(services)
}

/// Keeps a service up to date until the process ends: takes over what other processes
/// stored, scans again what older rules have scanned, and calls `on_change` when answers that
/// were made before may be out of date.
pub async fn keep_up(services: Services, on_change: impl Fn() + Send) {
    let mut last = services.change_number().await;
    catch_up(&services).await;
    match services.rescan_outdated().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "scanned again under the current rules"),
        Err(error) => tracing::warn!(%error, "could not scan again what older rules have scanned"),
    }
    loop {
        let current = services.change_number().await;
        if current != last {
            // Answers first: a withdrawn verdict must not be served while search catches up.
            on_change();
            last = current;
            catch_up(&services).await;
        }
        if services.reload() {
            on_change();
        }
        tokio::time::sleep(FOLLOW_INTERVAL).await;
    }
}

/// Another process that is ingesting holds the index and follows the store itself.
async fn catch_up(services: &Services) {
    if let Err(error) = services.follow().await {
        tracing::debug!(%error, "search does not follow at the moment");
    }
}

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}
