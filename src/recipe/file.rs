//! A file as a recipe sees it.

use std::borrow::Cow;

use crate::skill::Sha256Digest;

/// What kind of file stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileMode {
    /// A regular file without an execute bit.
    Regular,
    /// A regular file with an execute bit.
    Executable,
    /// A symbolic link; its bytes are its target. Only git hashes links.
    Link,
}

/// A file of a skill. Its bytes are hashed once, however many recipes ask.
#[derive(Debug, Clone, Copy)]
pub struct RecipeFile<'a> {
    path: &'a str,
    bytes: &'a [u8],
    mode: FileMode,
    sha256: Sha256Digest,
}

impl<'a> RecipeFile<'a> {
    /// Takes a file below a skill's folder: a relative path with `/` between its parts.
    pub fn new(path: &'a str, bytes: &'a [u8], mode: FileMode) -> Self {
        Self::hashed(path, bytes, mode, Sha256Digest::of(bytes))
    }

    /// Takes a file whose bytes were hashed elsewhere.
    pub fn hashed(path: &'a str, bytes: &'a [u8], mode: FileMode, sha256: Sha256Digest) -> Self {
        Self { path, bytes, mode, sha256 }
    }

    /// Returns the path.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Returns the bytes; of a link, its target.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the kind of file.
    pub fn mode(&self) -> FileMode {
        self.mode
    }

    /// Returns the SHA-256 of the bytes.
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// Returns the folders above the file and its name.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'a str> {
        self.path.split('/')
    }
}

/// Returns the bytes with LF line ends, as APM's `deployed_file_hashes` does: CRLF becomes LF
/// in UTF-8 without a NUL byte, a single CR stays, and everything else is left as it is.
pub fn normalise_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    let has_crlf = memchr::memmem::find(bytes, b"\r\n").is_some();
    if !has_crlf || memchr::memchr(0, bytes).is_some() || std::str::from_utf8(bytes).is_err() {
        return Cow::Borrowed(bytes);
    }
    let mut normalised = Vec::with_capacity(bytes.len());
    let mut start = 0;
    for at in memchr::memmem::find_iter(bytes, b"\r\n") {
        normalised.extend_from_slice(&bytes[start..at]);
        start = at + 1;
    }
    normalised.extend_from_slice(&bytes[start..]);
    Cow::Owned(normalised)
}
