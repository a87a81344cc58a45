//! What is wrong with a lockfile, or with one entry of it.

use crate::skill::sanitise_line;

/// Characters of a key that a message repeats.
const KEY_CHARACTERS: usize = 300;

/// The key of a file as a whole.
const FILE_KEY: &str = ".";

/// Why an entry, or a whole lockfile, cannot be used. It is never a match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {reason}", place(key))]
pub struct LockfileError {
    key: String,
    reason: String,
}

impl LockfileError {
    /// Says what is wrong with the value at `key`. The key is author-controlled and is
    /// sanitised here; `reason` is in our own words.
    pub(super) fn new(key: &str, reason: impl Into<String>) -> Self {
        Self { key: sanitise_line(key, KEY_CHARACTERS), reason: reason.into() }
    }

    /// Says what is wrong with a file as a whole.
    pub(super) fn of_file(reason: impl Into<String>) -> Self {
        Self { key: FILE_KEY.to_owned(), reason: reason.into() }
    }

    /// Returns where it is: names with dots between, `.` for the whole file.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns what it is.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

fn place(key: &str) -> String {
    if key == FILE_KEY { "the file".to_owned() } else { format!("`{key}`") }
}
