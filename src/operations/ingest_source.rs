//! Bring skills into the index.

use std::sync::Arc;

use super::Services;
use crate::ingest::{self, Pipeline};
pub use crate::ingest::{IngestError, IngestProgress, IngestReport, IngestStage};
use crate::search::EmbeddingProgress;

/// The word that names the catalogue inside the program as a source.
const STARTER: &str = "starter";

/// Ingests the source that `text` names: a folder, a git repository, a corpus file, or
/// `starter` for the catalogue that ships inside the program. A model that takes its time then
/// embeds what is new; that it cannot is in the report, since everything is found by its words.
///
/// # Errors
/// Fails where the source cannot be opened or the store fails.
pub async fn ingest_source(
    services: &Services,
    text: &str,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    let mut report = if text == STARTER {
        ingest_starter(services, progress.clone()).await?
    } else {
        let resolved = services.github().and_then(|github| github.address().resolve(text));
        ingest::ingest(&pipeline(services), resolved.as_deref().unwrap_or(text), progress.clone()).await?
    };
    let tell = |EmbeddingProgress { done, total }| progress.report(IngestStage::Embedding { done, total });
    match ingest::embed_missing(services.search(), services.compute(), tell).await {
        Ok(embedded) => report.embedded = embedded,
        Err(error) => report.embedding_failure = Some(error.to_string()),
    }
    Ok(report)
}

/// Ingests the catalogue that ships inside the program, and leaves embedding to whoever runs
/// next: nothing may keep a service from starting.
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
