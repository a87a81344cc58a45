//! What can go wrong with an index.

use std::path::PathBuf;

use super::EmbedError;

/// Why an index could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Another writer, in this process or another, has the index.
    #[error("the search index in {} is being written by another process; try again when it is done", folder.display())]
    WriterBusy {
        /// The index's folder.
        folder: PathBuf,
    },
    /// The folder cannot be read or written.
    #[error("cannot use the search index in {}: {source}", folder.display())]
    Folder {
        /// The index's folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A model that was chosen cannot be loaded or run.
    #[error(transparent)]
    Model(EmbedError),
    /// The full-text engine failed.
    #[error("the full-text index failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
}
