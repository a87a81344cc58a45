//! Bring skills into the index.

use std::sync::Arc;

use super::Services;
use crate::ingest::{self, Pipeline};
pub use crate::ingest::{IngestError, IngestProgress, IngestReport, IngestStage};

/// The word that names the catalogue inside the program as a source.
const STARTER: &str = "starter";

/// Ingests the source that `text` names: a folder, a git repository, a corpus file, or
/// `starter` for the catalogue that ships inside the program.
///
/// # Errors
/// Fails where the source cannot be opened or the store fails.
pub async fn ingest_source(
    services: &Services,
    text: &str,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    if text == STARTER {
        return ingest_starter(services, progress).await;
    }
    ingest::ingest(&pipeline(services), text, progress).await
}

/// Ingests the catalogue that ships inside the program.
///
/// # Errors
/// Fails where the store fails.
pub async fn ingest_starter(
    services: &Services,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    ingest::ingest_starter(&pipeline(services), progress).await
}

fn pipeline(services: &Services) -> Pipeline {
    Pipeline {
        store: services.store().clone(),
        search: services.search().clone(),
        compute: services.compute().clone(),
        clock: services.clock(),
    }
}
