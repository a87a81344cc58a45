//! Collects the files of one bundle within the limits.

use crate::skill::{FileContent, RawBundle, RawFile, UnreadFile, limits, sanitise_line};

/// Files and folders below one skill that are looked at, as in root digest v1.
const BUNDLE_ENTRIES: usize = 65_536;

/// Names that are no part of a bundle, at any depth, whether file or folder (root digest v1).
pub(super) fn is_left_out(name: &[u8]) -> bool {
    name == b".git" || name == b".sigildex"
}

/// Folders in which nobody looks for skills.
pub(super) fn is_not_searched(name: &[u8]) -> bool {
    is_left_out(name) || name == b"node_modules"
}

/// Tells whether a file name is that of instructions, in any case.
pub(super) fn is_instructions(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"SKILL.md")
}

/// A bundle in the making. Sizes are asked about before content is loaded.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    bundle: RawBundle,
    size_bytes: u64,
    entry_count: usize,
}

impl Gathering {
    /// Tells whether a file of this size still fits; where it does not, it is listed as unread.
    pub(super) fn admits(&mut self, path: &str, size_bytes: u64) -> bool {
        let reason = if size_bytes > limits::FILE_BYTES {
            format!("the file has {size_bytes} bytes, the limit is {}", limits::FILE_BYTES)
        } else if self.bundle.files.len() >= limits::BUNDLE_FILES {
            format!("the bundle has more than {} files", limits::BUNDLE_FILES)
        } else if self.size_bytes + size_bytes > limits::BUNDLE_BYTES {
            format!("the bundle has more than {} bytes", limits::BUNDLE_BYTES)
        } else {
            return true;
        };
        self.leave(path, Some(size_bytes), reason);
        false
    }

    /// Adds a file that was admitted.
    pub(super) fn add(&mut self, path: String, content: FileContent, is_executable: bool) {
        if let FileContent::Bytes(bytes) = &content {
            self.size_bytes += bytes.len() as u64;
        }
        self.bundle.files.push(RawFile { path, content, is_executable });
    }

    /// Lists a file that exists and is not read.
    pub(super) fn leave(&mut self, path: &str, size_bytes: Option<u64>, reason: impl Into<String>) {
        let path = sanitise_line(path, limits::NAME_BYTES);
        self.bundle.unread.push(UnreadFile { path, size_bytes, reason: reason.into() });
    }

    /// Counts a file or folder that was met. Where it is one too many, it is listed as unread
    /// and the answer is `false`: the walk ends there.
    pub(super) fn goes_on_at(&mut self, path: &str) -> bool {
        self.entry_count += 1;
        let (limit, what) = if self.entry_count > BUNDLE_ENTRIES {
            (BUNDLE_ENTRIES, "files and folders")
        } else if self.bundle.unread.len() >= limits::BUNDLE_FILES {
            (limits::BUNDLE_FILES, "files that were not read")
        } else {
            return true;
        };
        self.leave(
            path,
            None,
            format!("the bundle has more than {limit} {what}; this one and what follows were not read"),
        );
        false
    }

    pub(super) fn finish(self) -> RawBundle {
        self.bundle
    }
}
