//! The models that were chosen, as soon as they can be used.

use std::sync::{Arc, PoisonError, RwLock};

use super::onnx::{Download, load_embedder, load_reranker};
use super::rerank::Reranker;
use super::{EmbedError, Embedder, EmbedderChoice, RerankerChoice, SearchSetup};

/// Models that are loaded beside the built-in embedder.
#[derive(Default)]
pub(super) struct Models {
    embedder: RwLock<Option<Arc<dyn Embedder>>>,
    reranker: RwLock<Option<Arc<dyn Reranker>>>,
}

impl Models {
    /// Returns the embedder, where one was chosen and is loaded.
    pub(super) fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        self.embedder.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the reranker, where one was chosen and is loaded.
    pub(super) fn reranker(&self) -> Option<Arc<dyn Reranker>> {
        self.reranker.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads what was chosen and is not loaded; what cannot be loaded is told in the log, and
    /// the first reason is returned.
    pub(super) fn load(&self, setup: &SearchSetup, download: Download) -> Option<EmbedError> {
        let mut reason = None;
        if let (EmbedderChoice::Fastembed(source), None) = (&setup.embedder, self.embedder()) {
            let loaded = load_embedder(source, &setup.onnx, download);
            keep(&self.embedder, loaded, &mut reason, "full text answers alone");
        }
        if let (RerankerChoice::Fastembed(source), None) = (&setup.reranker, self.reranker()) {
            let loaded = load_reranker(source, &setup.onnx, download);
            keep(&self.reranker, loaded, &mut reason, "results keep their order");
        }
        reason
    }

    /// Takes an embedder for the chosen one.
    #[cfg(test)]
    pub(super) fn set_embedder(&self, embedder: Arc<dyn Embedder>) {
        *self.embedder.write().expect("no test panics meanwhile") = Some(embedder);
    }

    /// Takes a reranker for the chosen one.
    #[cfg(test)]
    pub(super) fn set_reranker(&self, reranker: Arc<dyn Reranker>) {
        *self.reranker.write().expect("no test panics meanwhile") = Some(reranker);
    }
}

fn keep<T: ?Sized>(
    place: &RwLock<Option<Arc<T>>>,
    loaded: Result<Arc<T>, EmbedError>,
    reason: &mut Option<EmbedError>,
    consequence: &str,
) {
    match loaded {
        Ok(model) => *place.write().unwrap_or_else(PoisonError::into_inner) = Some(model),
        Err(error) => {
            tracing::warn!("{error}; {consequence}");
            reason.get_or_insert(error);
        }
    }
}
