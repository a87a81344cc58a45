//! Why an index was not moved.

use std::io;

use crate::pack::PackError;
use crate::snapshot::SnapshotError;
use crate::store::{StoreError, TransferError};

/// Why an index was not moved. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The snapshot is none, or was changed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A signature was demanded.
    #[error("the snapshot is not signed; ask who made it to sign it, or name its digest instead of a key")]
    Unsigned,
    /// It is not signed by whom it should be.
    #[error("the snapshot is not signed by a key that was named: {0}")]
    Signature(#[from] PackError),
    /// A row of the snapshot is refused.
    #[error("the snapshot is refused: {0}")]
    Row(String),
    /// The store refuses what it was given.
    #[error(transparent)]
    Transfer(TransferError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the snapshot cannot be written: {0}")]
    Write(io::Error),
    /// A row is larger than a part may be.
    #[error("a row of the index has {size_bytes} bytes, more than fits into a snapshot")]
    TooLarge {
        /// Bytes of the row.
        size_bytes: usize,
    },
    /// A thread that was computing ended early.
    #[error("what was computing ended early")]
    Ended,
    /// The state that a delta should begin at is not known.
    #[error("change {0} was never given away, or too long ago; take the whole index")]
    UnknownState(u64),
    /// More has changed than a delta should carry.
    #[error("{0} skills have changed; take the whole index")]
    TooMuch(u64),
}

impl From<TransferError> for MoveError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Row(reason) => Self::Row(reason),
            TransferError::Store(error) => Self::Store(error),
            error => Self::Transfer(error),
        }
    }
}
