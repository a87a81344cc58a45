//! What is computed while something else is written.

use tokio::task::JoinHandle;

use crate::skill::Sha256Digest;
use crate::store::transfer::ParsedBundle;
use crate::store::{StoreError, VerdictRow};

/// Work on another thread, of which the result is to be written.
pub(super) enum Pending {
    /// Files with their digests, compressed.
    Blobs(JoinHandle<Vec<(Sha256Digest, Vec<u8>)>>),
    /// Bundles that were parsed from their bytes.
    Bundles(JoinHandle<Vec<Result<ParsedBundle, String>>>),
    /// Verdicts.
    Verdicts(JoinHandle<Vec<Result<WrittenVerdict, StoreError>>>),
}

/// A verdict with its summary and its report, as they are stored.
pub(super) struct WrittenVerdict {
    pub row: VerdictRow,
    pub summary: String,
    pub report: Vec<u8>,
}
