//! The file by which an index moves: a tar archive under Zstandard, its manifest first.
//!
//! The room knows the manifest, the members and their digests, and nothing of what stands in
//! them; whoever reads gets a part only when its digest is the one that the manifest names.
//! Compression is put around it by the caller. Start at [`SnapshotReader::open`].

mod error;
mod identity;
mod manifest;
mod member;
mod reader;

pub use error::SnapshotError;
pub use identity::IndexIdentity;
pub use manifest::{
    Counts, EmbedderMark, FINGERPRINT_BYTES, FORMAT, FORMAT_VERSION, Followed, Manifest, ManifestParseError, Part,
    PartKind, SnapshotKind,
};
pub use member::{MEMBER_BLOCK, archive_end, member};
pub use reader::SnapshotReader;

/// Bytes of one part at most; a part is held in memory while it is checked.
pub const PART_BYTES: u64 = 48 * 1024 * 1024;
/// Bytes after which a writer closes a part.
pub const PART_TARGET_BYTES: usize = 8 * 1024 * 1024;
/// The name of the signature in the archive; it comes after the manifest, where there is one.
pub const SIGNATURE_MEMBER: &str = "manifest.sig";
/// Bytes of a signature at most.
pub const SIGNATURE_BYTES: u64 = 4_096;
/// Bytes of a manifest at most.
pub const MANIFEST_BYTES: u64 = 32 * 1024 * 1024;
/// Parts of one snapshot at most: eight hundred gigabytes of ordinary parts.
pub const PARTS: usize = 100_000;
