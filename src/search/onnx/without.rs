//! What is said of models by a program that was built without fastembed.

use std::sync::Arc;

use super::Download;
use crate::search::rerank::Reranker;
use crate::search::{EmbedError, Embedder, ModelSource, OnnxSetup};

/// Refuses.
///
/// # Errors
/// Always.
pub(in crate::search) fn load_embedder(
    source: &ModelSource,
    _: &OnnxSetup,
    _: Download,
) -> Result<Arc<dyn Embedder>, EmbedError> {
    Err(refusal(source))
}

/// Refuses.
///
/// # Errors
/// Always.
pub(in crate::search) fn load_reranker(
    source: &ModelSource,
    _: &OnnxSetup,
    _: Download,
) -> Result<Arc<dyn Reranker>, EmbedError> {
    Err(refusal(source))
}

fn refusal(source: &ModelSource) -> EmbedError {
    EmbedError(format!(
        "cannot run {source}: this program was built without fastembed; build it with `cargo build --release --features fastembed`"
    ))
}
