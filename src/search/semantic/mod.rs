//! Meaning: embedders, and the vectors of what is indexed.
//!
//! Nothing here is a source of truth. The lexical index stores the text that is embedded, its
//! commit names the model; vectors are a cache that can be computed again.

mod bag;
mod dense;
mod document_text;
mod eigen;
mod embedder;
mod graph;
mod latent;
mod persistence;
mod sparse;
mod svd;
mod training;
mod vector_log;
mod vectors;

pub use document_text::DocumentText;
pub use embedder::{EmbedError, Embedder, EmbeddingCost};
pub(super) use graph::{GraphError, VectorGraph};
pub(super) use latent::LatentModel;
pub(super) use persistence::remove_outdated;
pub(super) use training::Trainer;
pub(super) use vector_log::{LoggedVectors, VectorLog, VectorLogWriter};
pub(super) use vectors::{QuantisedVector, VectorTable};
