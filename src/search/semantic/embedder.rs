//! What turns text into vectors.

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

    /// Returns how much a place in the semantic list counts, where one in the full-text list
    /// counts 1: how good the embedder is at ranking, measured on judged queries.
    fn fusion_weight(&self) -> f64;

    /// Embeds a query; `None` where the embedder knows none of its words.
    fn embed_query(&self, query: &str) -> Option<Vec<f32>>;

    /// Embeds a document; `None` where the embedder knows none of its words.
    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>>;
}
