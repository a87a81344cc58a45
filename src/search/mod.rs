//! Full text and vectors over index records, fused.
//!
//! The room receives records and does not know how the store keeps them. Start at
//! [`SearchIndex`]; `index.rs` opens and reloads, `writer.rs` writes, `hybrid.rs` answers,
//! `diversity.rs` chooses what is shown.
//!
//! Of the folder, `lexical/` is the truth and its commit names all the rest: the store's
//! sequence and the model in `semantic/`. So a kill at any moment leaves the older state or
//! the newer one.

mod alone;
mod copies;
mod diversity;
mod emptiness;
mod error;
mod facets;
mod hybrid;
mod index;
mod lexical;
mod record;
mod request;
mod semantic;
mod snapshot;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod writer;

pub use copies::{CopyCluster, Originality};
pub use emptiness::EmptyReason;
pub use error::SearchError;
pub use facets::{Facet, Facets};
pub use index::{EmbedderChoice, SearchIndex};
pub use record::IndexRecord;
pub use request::{Hit, Ranking, SearchAnswer, SearchRequest};
pub use semantic::{DocumentText, Embedder};
pub use writer::IndexWriter;
