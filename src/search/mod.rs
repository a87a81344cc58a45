//! Full text and vectors over index records, fused.
//!
//! The room receives records and does not know how the store keeps them. Start at
//! [`SearchIndex`]; `index.rs` opens and reloads, `writer.rs` writes, `hybrid.rs` answers,
//! `diversity.rs` chooses what is shown, `embedding_run.rs` embeds with a model that takes its time.
//!
//! Of the folder, `lexical/` is the truth, and its commit names the store's sequence that it
//! stands for; `semantic/` holds what can be computed again. So a kill at any moment leaves the
//! older state or the newer one.

mod alone;
mod best;
mod cache;
mod copies;
mod diversity;
mod embedding_run;
mod emptiness;
mod error;
mod facets;
mod file_watch;
mod hybrid;
mod imitation;
mod index;
mod lexical;
mod models;
mod moved_vectors;
mod neighbours;
mod onnx;
mod record;
mod request;
mod rerank;
mod semantic;
mod setup;
mod snapshot;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod writer;

pub use copies::CopyCluster;
pub use embedding_run::{EmbeddingProgress, EmbeddingRun};
pub use emptiness::EmptyReason;
pub use error::SearchError;
pub use facets::{Facet, Facets};
pub use imitation::{Imitation, ImitationKind};
pub use index::SearchIndex;
pub use moved_vectors::{MovedVectorError, MovedVectors, VectorOrigin};
pub use record::IndexRecord;
pub use request::{Hit, Ranking, SearchAnswer, SearchRequest};
pub use semantic::{DocumentText, EmbedError, Embedder, EmbeddingCost};
pub use setup::{ChoiceError, EmbedderChoice, ModelSource, OnnxSetup, RerankerChoice, SearchSetup};
pub use writer::{IndexWriter, WriteTurn};
