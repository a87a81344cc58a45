//! Sizes beyond which untrusted input is not read.
//!
//! The numbers for a bundle are those of root digest v1, so that whatever can be
//! approved can be indexed, but for the total size, which is kept at what a registry
//! would serve.

/// Files in one bundle.
pub const BUNDLE_FILES: usize = 4_096;
/// Bytes of one file; a larger one is listed and not read.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of all files of a bundle; what lies beyond is listed and not read.
pub const BUNDLE_BYTES: u64 = 64 * 1024 * 1024;
/// Folders between the bundle's root and a file.
pub const FOLDER_DEPTH: usize = 64;
/// Bytes of a path.
pub const PATH_BYTES: usize = 1_024;
/// Bytes of a name in a path.
pub const NAME_BYTES: usize = 255;
/// Bytes of a frontmatter block; a longer one is not parsed as YAML.
pub const FRONTMATTER_BYTES: usize = 64 * 1024;
/// Nodes of a frontmatter document, expanded aliases included.
pub const FRONTMATTER_NODES: usize = 10_000;
/// Depth of a frontmatter document.
pub const FRONTMATTER_DEPTH: usize = 32;
/// Characters of a skill's name that are kept.
pub const NAME_CHARACTERS: usize = 200;
/// Characters of a description that are kept; the specification allows 1,024.
pub const DESCRIPTION_CHARACTERS: usize = 4_096;
/// Files that a manifest lists; the rest is counted.
pub const MANIFEST_FILES: usize = 500;
/// Bytes of one line of a corpus file.
pub const CORPUS_LINE_BYTES: usize = 64 * 1024 * 1024;
/// Skills of one source.
pub const SOURCE_SKILLS: usize = 1_000_000;
/// Bytes of SKILL.md that are stored, searched and served in one answer.
pub const CONTENT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of SKILL.md that are put into the full-text index.
pub const INDEXED_TEXT_BYTES: usize = 256 * 1024;
