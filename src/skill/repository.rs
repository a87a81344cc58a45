//! What is known of a repository beside its files.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{SourceIdentity, Timestamp};

/// A repository on a host, equal for two spellings of one: `host/owner/repository`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryKey(String);

impl RepositoryKey {
    /// Returns the key of the repository that a skill is in; none where there is no repository,
    /// as in a folder on this machine.
    pub fn of(identity: &SourceIdentity) -> Option<Self> {
        let root = SourceIdentity::new(identity.host(), identity.owner(), identity.repository(), "");
        (!identity.repository().is_empty()).then(|| Self(root.canonical().trim_end_matches('/').to_owned()))
    }

    /// Reads a key that [`RepositoryKey::as_str`] gave.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a host says of a repository. Everything may be unknown; a count of zero is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepositoryFacts {
    /// Stars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stars: Option<u64>,
    /// SPDX identifier or name of the licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Whether its owner has archived it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// Whether it is a fork of another repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_fork: Option<bool>,
    /// When its first commit was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_commit_at: Option<Timestamp>,
    /// When somebody last pushed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<Timestamp>,
    /// How many people have committed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contributors: Option<u64>,
    /// How many releases it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releases: Option<u64>,
    /// Its homepage, as its owner set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// Its topics, in the order of the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// The default branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    /// Where it is now, where the host says that it was renamed or moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<RepositoryKey>,
    /// Whether the host says that it is no longer there, or no longer public.
    pub is_gone: bool,
    /// When the host was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// What the host wants to hear to answer "nothing changed" (RFC 9110, section 8.8.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_tag: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_one_key_whatever_the_spelling_and_the_directory() {
        let rows = [
            (SourceIdentity::new("GitHub.com", "Org", "Repo", "a/b"), Some("github.com/org/repo")),
            (SourceIdentity::new("github.com", "org", "repo", ""), Some("github.com/org/repo")),
            (SourceIdentity::new("git.example", "Group/Sub", "Repo", "x"), Some("git.example/Group/Sub/Repo")),
            (SourceIdentity::local("/home/somebody/skill"), None),
        ];
        for (identity, expected) in rows {
            let key = RepositoryKey::of(&identity);
            assert_eq!(key.as_ref().map(RepositoryKey::as_str), expected, "{identity:?}");
        }
    }
}
