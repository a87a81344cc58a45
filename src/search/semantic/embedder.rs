//! What turns text into vectors.

use rayon::prelude::*;

use super::DocumentText;

/// Turns queries and documents into vectors whose cosine says how near their meanings are.
pub trait Embedder: Send + Sync {
    /// Returns the embedder's name.
    fn name(&self) -> &str;

    /// Returns what tells two states of the embedder apart; vectors of different versions
    /// cannot be compared.
    fn version(&self) -> &str;

    /// Returns the length of every vector.
    fn dimensions(&self) -> usize;

    /// Returns how much a cosine of 1 counts where the best score of full text counts 1: how good
    /// the embedder is at ranking, measured on judged queries.
    fn fusion_weight(&self) -> f64;

    /// Embeds a query; `None` where the embedder knows none of its words.
    fn embed_query(&self, query: &str) -> Option<Vec<f32>>;

    /// Embeds a document; `None` where the embedder knows none of its words.
    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>>;

    /// Returns when documents are embedded: see [`EmbeddingCost`].
    fn cost(&self) -> EmbeddingCost {
        EmbeddingCost::Instant
    }

    /// Embeds documents together; the vectors are in their order.
    ///
    /// # Errors
    /// Fails where the model cannot be run; then nothing is known of any of them.
    fn embed_documents(&self, documents: &[DocumentText]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        Ok(documents.par_iter().map(|document| self.embed_document(document)).collect())
    }

    /// Is told when no more documents come for now, so that what only they need is let go.
    fn end_documents(&self) {}
}

/// What embedding one document costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingCost {
    /// Microseconds: whoever opens the index embeds what has no vector.
    Instant,
    /// Milliseconds: documents are embedded in batches after a commit, and found by their words
    /// until then.
    Batched,
}

/// Why a model could not be loaded or run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EmbedError(pub String);
