//! Models that fastembed runs with ONNX Runtime, which is loaded when it is needed.
//!
//! Nothing here is downloaded or linked when the program is built. A library or a model that is
//! not there is an [`EmbedError`](super::EmbedError) that says how to get it; search goes on
//! without. Without the cargo feature `fastembed` every model is refused in that way.

#[cfg(feature = "fastembed")]
mod embedder;
#[cfg(feature = "fastembed")]
mod folder;
#[cfg(feature = "fastembed")]
mod named;
#[cfg(feature = "fastembed")]
mod reranker;
#[cfg(feature = "fastembed")]
mod runtime;
#[cfg(all(test, feature = "fastembed"))]
mod tests;
#[cfg(not(feature = "fastembed"))]
mod without;

#[cfg(feature = "fastembed")]
pub(super) use embedder::load_embedder;
#[cfg(feature = "fastembed")]
pub(super) use reranker::load_reranker;
#[cfg(not(feature = "fastembed"))]
pub(super) use without::{load_embedder, load_reranker};

/// Whether a model that is not on this machine may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Download {
    /// It may, which can take minutes.
    Allowed,
    /// Only what is there counts.
    Never,
}
