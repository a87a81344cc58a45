//! Which version of a package is asked for.

use std::fmt;

use crate::package::{PackageRegistry, PackageVersion, VersionRequest};

/// Characters of a range or an address that are kept.
const TEXT_CHARACTERS: usize = 200;

/// Which version of a package is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// This one.
    Exact(PackageVersion),
    /// One of several, in the words of the file; empty for any.
    Range(String),
    /// Bytes that do not come from a registry: a repository, an archive, a folder. In the words
    /// of the file.
    Elsewhere(String),
}

impl Requirement {
    /// Returns the exact version, where one is asked for.
    pub fn exact(&self) -> Option<&PackageVersion> {
        match self {
            Self::Exact(version) => Some(version),
            Self::Range(_) | Self::Elsewhere(_) => None,
        }
    }

    /// Returns the versions that are asked for; none where that is a tag, another place, or longer
    /// than what is kept of it.
    pub fn request(&self, registry: PackageRegistry) -> Option<VersionRequest> {
        match self {
            Self::Range(text) if text.chars().count() < TEXT_CHARACTERS => VersionRequest::parse(registry, text),
            Self::Exact(_) | Self::Range(_) | Self::Elsewhere(_) => None,
        }
    }

    pub(super) fn range(text: &str) -> Self {
        Self::Range(bounded(text))
    }

    pub(super) fn elsewhere(text: &str) -> Self {
        Self::Elsewhere(bounded(text))
    }

    /// Reads the version clauses of PEP 440: exact where one of them names a whole version.
    pub(super) fn of_python(clauses: &str) -> Self {
        let clauses = clauses.trim().trim_start_matches('(').trim_end_matches(')').trim();
        let exact = clauses.split(',').find_map(|clause| {
            let clause = clause.trim();
            let version = clause.strip_prefix("===").or_else(|| clause.strip_prefix("=="))?;
            PackageVersion::parse(PackageRegistry::Pypi, version.trim()).ok()
        });
        exact.map_or_else(|| Self::range(clauses), Self::Exact)
    }

    /// Reads what npm takes for the version of a package, and the name of another package where
    /// it is an alias (`npm:other@1.0.0`).
    pub(super) fn of_node(text: &str) -> (Option<&str>, Self) {
        let text = text.trim();
        if let Some(alias) = text.strip_prefix("npm:") {
            let at = alias.char_indices().skip(1).find(|(_, character)| *character == '@').map(|(at, _)| at);
            let (name, version) = at.map_or((alias, ""), |at| (&alias[..at], &alias[at + 1..]));
            return (Some(name), Self::of_node_version(version));
        }
        (None, Self::of_node_version(text))
    }

    fn of_node_version(text: &str) -> Self {
        // A colon is that of an address or of a protocol such as `workspace:`; a slash without
        // one is `owner/repository`.
        if text.contains([':', '/']) {
            return Self::elsewhere(text);
        }
        let plain = text.strip_prefix('=').unwrap_or(text).trim();
        PackageVersion::parse(PackageRegistry::Npm, plain).map_or_else(|_| Self::range(text), Self::Exact)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => write!(formatter, "{version}"),
            Self::Range(text) | Self::Elsewhere(text) => formatter.write_str(text),
        }
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(TEXT_CHARACTERS).collect()
}
