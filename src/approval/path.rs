//! Paths as an approval records them.

use std::fmt;

use serde::{Serialize, Serializer};

use super::limits;
use super::name::{NameError, check_name};

/// A relative path with `/` between parts, none of which is empty, `.` or `..`, of names that
/// can be recorded. The bytes are those of the system; it is author-controlled text.
///
/// Paths are ordered by their bytes, which is the order of a manifest.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordedPath(String);

/// Why a text is no path that can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordedPathError {
    /// It starts with `/`.
    #[error("is absolute")]
    Absolute,
    /// A part is empty, `.` or `..`.
    #[error("has an empty part, `.` or `..`")]
    Part,
    /// More bytes than a path may have.
    #[error("is longer than {} bytes", limits::PATH_BYTES)]
    TooLong,
    /// A part is no name that can be recorded.
    #[error("has a part that {0}")]
    Name(#[from] NameError),
}

impl RecordedPath {
    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for RecordedPath {
    type Error = RecordedPathError;

    fn try_from(text: &str) -> Result<Self, RecordedPathError> {
        if text.len() > limits::PATH_BYTES {
            return Err(RecordedPathError::TooLong);
        }
        if text.starts_with('/') {
            return Err(RecordedPathError::Absolute);
        }
        for part in text.split('/') {
            if matches!(part, "" | "." | "..") {
                return Err(RecordedPathError::Part);
            }
            check_name(part.as_bytes())?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RecordedPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for RecordedPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Serialize for RecordedPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_paths_of_plain_names_are_recorded() {
        for (text, expected) in [
            ("SKILL.md", Ok(())),
            (".hidden/a b/...", Ok(())),
            ("", Err(RecordedPathError::Part)),
            ("a/", Err(RecordedPathError::Part)),
            ("a//b", Err(RecordedPathError::Part)),
            ("./a", Err(RecordedPathError::Part)),
            ("a/../b", Err(RecordedPathError::Part)),
            ("/etc", Err(RecordedPathError::Absolute)),
            ("a\u{7f}", Err(RecordedPathError::Name(NameError::Control))),
        ] {
            assert_eq!(RecordedPath::try_from(text).map(|_| ()), expected, "{text:?}");
        }
        assert_eq!(RecordedPath::try_from("a/".repeat(600).as_str()), Err(RecordedPathError::TooLong));
    }
}
