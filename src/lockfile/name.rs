//! Names and paths from a lockfile, which cannot lead anywhere else once they are parsed.

use std::fmt;

use super::error::LockfileError;
use super::limits;

/// The name under which a skill is installed: the name of one folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillName(String);

/// A folder or file below the root of a project, or below the home folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlacePath(String);

impl SkillName {
    /// Accepts the name of one folder.
    pub(super) fn parse(text: &str, key: &str) -> Result<Self, LockfileError> {
        let reason = match text {
            "" => "is empty",
            "." | ".." => "is no name of a folder",
            _ if text.len() > limits::NAME_BYTES => "is longer than the name of a folder can be",
            _ if text.contains(['/', '\\']) => "holds a slash, and names no single folder",
            _ if text.chars().any(char::is_control) => "holds a control character",
            _ => return Ok(Self(text.to_owned())),
        };
        Err(LockfileError::new(key, reason))
    }

    /// Returns the name; author-controlled.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkillName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl PlacePath {
    /// Accepts a relative path without `..`; `.`, empty parts and a slash at the end are
    /// dropped.
    pub(super) fn parse(text: &str, key: &str) -> Result<Self, LockfileError> {
        let wrong = |reason: &str| Err(LockfileError::new(key, reason));
        let is_drive =
            text.as_bytes().get(1) == Some(&b':') && text.starts_with(|first: char| first.is_ascii_alphabetic());
        if text.starts_with(['/', '~']) || is_drive {
            return wrong("is an absolute path");
        }
        if text.contains('\\') {
            return wrong("holds a backslash");
        }
        if text.chars().any(char::is_control) {
            return wrong("holds a control character");
        }
        let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.contains(&"..") {
            return wrong("leads out of the project");
        }
        if text.len() > limits::PATH_BYTES || parts.iter().any(|part| part.len() > limits::NAME_BYTES) {
            return wrong("is longer than a path can be");
        }
        Ok(Self(parts.join("/")))
    }

    /// Returns the path, empty for the root itself; author-controlled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a name below a folder that this program knows.
    pub(super) fn below(folder: &str, name: &SkillName) -> Self {
        Self(format!("{folder}/{name}"))
    }

    /// Returns the folder above, or this path where it is no SKILL.md.
    pub(super) fn without_instructions(self) -> Self {
        let (folder, name) = self.0.rsplit_once('/').unwrap_or(("", &self.0));
        if name.eq_ignore_ascii_case("SKILL.md") { Self(folder.to_owned()) } else { self }
    }

    /// Returns the rest of the path where it lies below `folder`.
    pub fn strip_folder(&self, folder: &Self) -> Option<&str> {
        if folder.0.is_empty() { Some(&self.0) } else { self.0.strip_prefix(&folder.0)?.strip_prefix('/') }
    }

    /// Returns the folders in which it lies, the innermost first, without the root.
    pub(super) fn folders_above(&self) -> impl Iterator<Item = Self> {
        self.0.rmatch_indices('/').map(|(at, _)| Self(self.0[..at].to_owned()))
    }

    /// Returns the last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for PlacePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_paths_that_lead_elsewhere_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\0", "a\u{1b}[2J", "a\nb", &"n".repeat(256)] {
            assert!(SkillName::parse(name, "k").is_err(), "{name:?}");
        }
        for path in ["/etc", "../x", "a/../../x", "~/x", "C:/x", "c:x", "a\\..\\b", "a\0b", &"a/".repeat(600)] {
            assert!(PlacePath::parse(path, "k").is_err(), "{path:?}");
        }
        for (path, expected) in [("./a//b/", "a/b"), ("a/./SKILL.md", "a"), (".", ""), ("SKILL.md", ""), ("...", "...")]
        {
            let parsed = PlacePath::parse(path, "k").map(PlacePath::without_instructions);
            assert_eq!(parsed.map(|path| path.as_str().to_owned()), Ok(expected.to_owned()), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_parsed_path_has_no_part_that_leads_up(text in "[./a-b~:\\\\]{0,24}") {
            if let Ok(path) = PlacePath::parse(&text, "k") {
                prop_assert!(!path.as_str().starts_with('/'));
                prop_assert!(path.as_str().split('/').all(|part| part != ".."));
            }
        }
    }
}
