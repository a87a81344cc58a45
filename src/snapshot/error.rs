//! Why a snapshot is refused.

use std::io;

use super::ManifestParseError;
use crate::skill::Sha256Digest;

/// Why a snapshot cannot be read. Nothing of it has been handed out but parts whose digests
/// were right.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It ends before it should, or cannot be read or decompressed.
    #[error("the snapshot cannot be read: {0}; it may be cut off or damaged, fetch it again")]
    Read(#[from] io::Error),
    /// It does not begin with a manifest.
    #[error("this is no snapshot: it does not begin with manifest.json")]
    NoManifest,
    /// The manifest is not acceptable.
    #[error("the manifest of the snapshot is not acceptable: {0}")]
    Manifest(#[from] ManifestParseError),
    /// The manifest is another than the expected one.
    #[error("the snapshot has the digest {found}, expected {expected}; it is another snapshot, or was changed")]
    Digest {
        /// What was asked for.
        expected: Sha256Digest,
        /// What it is.
        found: Sha256Digest,
    },
    /// A member is not the one that the manifest names at this place.
    #[error("the snapshot does not have the part {0} where its manifest says")]
    Order(String),
    /// A part was changed.
    #[error("the part {0} of the snapshot is not what its manifest says; it is damaged, or of another snapshot")]
    Part(String),
    /// Something follows the end.
    #[error("the snapshot goes on after its last part")]
    Surplus,
}
