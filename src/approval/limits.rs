//! Sizes beyond which nothing is measured. They are constants of root digest v1: whoever
//! changes one defines another digest.

/// Files below the folder.
pub(super) const FILES: usize = 4_096;
/// Folders, that which is measured included.
pub(super) const FOLDERS: usize = 4_096;
/// Entries of all folders, left-out ones included.
pub(super) const ENTRIES: usize = 65_536;
/// Bytes of one file.
pub(super) const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of all files.
pub(super) const TOTAL_BYTES: u64 = 256 * 1024 * 1024;
/// Folders between that which is measured and a file.
pub(super) const DEPTH: usize = 64;
/// Bytes of a path.
pub(super) const PATH_BYTES: usize = 1_024;
/// Bytes of a name.
pub(super) const NAME_BYTES: usize = 255;
/// Bytes of a frontmatter block that is parsed.
pub(super) const FRONTMATTER_BYTES: usize = 256 * 1024;
/// Aliases in a frontmatter block.
pub(super) const FRONTMATTER_ALIASES: usize = 20;
/// Depth of a frontmatter block, which a reader of JSON can still follow.
pub(super) const FRONTMATTER_DEPTH: usize = 100;
/// Bytes of an approval record: more than 4,096 files of the longest paths take.
pub(super) const RECORD_BYTES: u64 = 64 * 1024 * 1024;
