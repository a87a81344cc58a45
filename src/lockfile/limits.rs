//! Sizes beyond which a lockfile is not read. The files lie in a project that anybody may
//! have written, and are read before anybody looked at them.

/// Bytes of a lockfile: hundreds of times what the largest known project needs.
pub(super) const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Skills that one lockfile may record.
pub(super) const ENTRIES: usize = 10_000;
/// Files that may be recorded for one skill: as many as root digest v1 measures.
pub(super) const FILES: usize = 4_096;
/// Depth from which on a value is not read. No format is deeper than six.
pub(super) const DEPTH: usize = 24;
/// Depth beyond which serde_json reads no value at all.
pub(super) const NESTING: usize = 128;
/// Values of a lockfile in all, keys of objects included.
pub(super) const NODES: usize = 1_000_000;
/// Bytes of a name of a skill.
pub(super) const NAME_BYTES: usize = 255;
/// Bytes of a path.
pub(super) const PATH_BYTES: usize = 1_024;
/// Bytes of any other text that is kept, such as a URL.
pub(super) const TEXT_BYTES: usize = 4_096;
/// Bytes of a SKILL.md that are read for its frontmatter.
#[cfg(feature = "service")]
pub(super) const FRONTMATTER_BYTES: u64 = 128 * 1024;
/// Skills of one folder that are looked at for keys in their frontmatter.
#[cfg(feature = "service")]
pub(super) const INSTALLED: usize = 10_000;
