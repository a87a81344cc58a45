//! Paths inside a bundle.

use std::fmt;

use serde::{Serialize, Serializer};

use super::limits;

/// A relative path inside a bundle: `/` between parts, no `.` or `..`, no control bytes.
///
/// The text is what the source gave; it is author-controlled and is sanitised before it is shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundlePath(String);

/// Why a text is not a path inside a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The path has no characters.
    #[error("the path is empty")]
    Empty,
    /// The path starts at the root of a file system, or with a drive letter.
    #[error("the path is absolute")]
    Absolute,
    /// A part of the path is empty, `.` or `..`.
    #[error("the path has an empty part, `.` or `..`")]
    Traversal,
    /// A name holds a control character or a backslash.
    #[error("the path holds a control character or a backslash")]
    Character,
    /// A name or the whole path is longer than the limit.
    #[error("the path is longer than {} bytes, or a name in it than {}", limits::PATH_BYTES, limits::NAME_BYTES)]
    TooLong,
}

impl BundlePath {
    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last part of the path.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// Returns the lower-case text after the last dot of the file name, if there is one.
    pub fn extension(&self) -> Option<String> {
        let (stem, extension) = self.file_name().rsplit_once('.')?;
        (!stem.is_empty()).then(|| extension.to_ascii_lowercase())
    }

    /// Returns the folders above the file, outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let end = self.0.rfind('/').unwrap_or(0);
        self.0[..end].split('/').filter(|part| !part.is_empty())
    }
}

impl TryFrom<&str> for BundlePath {
    type Error = PathError;

    fn try_from(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.starts_with('/') {
            return Err(PathError::Absolute);
        }
        if text.len() > limits::PATH_BYTES || text.split('/').any(|name| name.len() > limits::NAME_BYTES) {
            return Err(PathError::TooLong);
        }
        if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(PathError::Traversal);
        }
        if text.chars().any(|character| character.is_ascii_control() || character == '\\') {
            return Err(PathError::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for BundlePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Serialize for BundlePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_could_leave_the_bundle_are_refused() {
        let long_name = "n".repeat(256);
        let rows = [
            ("", PathError::Empty),
            ("/etc/passwd", PathError::Absolute),
            ("../x", PathError::Traversal),
            ("a/../b", PathError::Traversal),
            ("a//b", PathError::Traversal),
            ("./a", PathError::Traversal),
            ("a\nb.md", PathError::Character),
            ("a\\b", PathError::Character),
            (long_name.as_str(), PathError::TooLong),
        ];
        for (text, expected) in rows {
            assert_eq!(BundlePath::try_from(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn ordinary_and_foreign_names_are_accepted() {
        for text in ["SKILL.md", "scripts/run.sh", ".hidden/文件.md", "a b/ü.txt", "..."] {
            assert_eq!(BundlePath::try_from(text).map(|path| path.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn the_extension_is_lower_case_and_absent_for_hidden_files() {
        for (text, extension) in [("a/b.SH", Some("sh")), ("Makefile", None), (".env", None), ("x.tar.gz", Some("gz"))]
        {
            let path = BundlePath::try_from(text).expect("valid");
            assert_eq!(path.extension().as_deref(), extension, "{text}");
        }
    }
}
