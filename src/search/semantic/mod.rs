//! Meaning: embedders, and the vectors of what is indexed.
//!
//! Nothing here is a source of truth. The lexical index stores the text that is embedded, its
//! commit names the model; vectors are a cache that can be computed again.

mod bag;
mod dense;
mod document_text;
mod eigen;
mod embedder;
mod latent;
mod persistence;
mod sparse;
mod svd;
mod training;
mod vector_file;
mod vectors;

pub use document_text::DocumentText;
pub use embedder::Embedder;
pub(super) use latent::LatentModel;
pub(super) use persistence::remove_all_but;
pub(super) use training::Trainer;
pub(super) use vector_file::{load_vectors, save_vectors};
pub(super) use vectors::{QuantisedVector, VectorTable};
