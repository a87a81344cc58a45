//! Meaning: embedders, and the vectors of what is indexed.
//!
//! Nothing here is a source of truth. The lexical index stores the text that is embedded;
//! vectors are a cache that can be computed again.

mod bag;
mod document_text;
mod embedder;
mod graph;
mod retention;
mod static_table;
mod vector_log;
mod vectors;

pub use document_text::DocumentText;
pub use embedder::{EmbedError, Embedder, EmbeddingCost};
pub(super) use graph::{GraphError, VectorGraph};
pub(super) use retention::remove_outdated;
pub(super) use static_table::StaticTable;
pub(super) use vector_log::{LoggedVectors, VectorLog, VectorLogWriter};
pub(super) use vectors::{QuantisedVector, VectorTable};
