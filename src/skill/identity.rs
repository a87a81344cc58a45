//! What makes two sightings the same skill.
//!
//! A skill's id is a UUIDv5 of its canonical source: host, owner, repository and directory,
//! by the case rules of the host, without a branch. It survives every rebuild of an index.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Hosts on which owner and repository names differ only by more than case.
const CASE_INSENSITIVE_HOSTS: &[&str] = &["github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "clawhub.ai"];

/// The stable identifier of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct SkillId(Uuid);

/// A text that is not a UUID of the form 8-4-4-4-12.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a skill id: expected a UUID of the form 8-4-4-4-12 hex digits")]
pub struct SkillIdParseError;

impl SkillId {
    /// Derives the id from the canonical source.
    pub fn of(identity: &SourceIdentity) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchmark:skill:{}", identity.canonical()).as_bytes()))
    }

    /// Returns the 16 bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads an id from the 16 bytes that [`SkillId::as_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for SkillId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for SkillId {
    type Err = SkillIdParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 36 {
            return Err(SkillIdParseError);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| SkillIdParseError)
    }
}

/// The kind of place in which a skill was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Registry {
    /// A repository on GitHub.
    Github,
    /// A ClawHub registry.
    Clawhub,
    /// A git repository on another host.
    Git,
    /// A folder on this machine, or the starter catalogue inside the program.
    Local,
    /// A host that publishes skills under `/.well-known/agent-skills/`.
    WellKnown,
    /// A server of the Model Context Protocol that offers skills.
    Mcp,
}

impl Registry {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Clawhub => "clawhub",
            Self::Git => "git",
            Self::Local => "local",
            Self::WellKnown => "well-known",
            Self::Mcp => "mcp",
        }
    }
}

/// A directory in a repository on a host: what makes two sightings the same skill.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceIdentity {
    /// The host in lower case; `local` for folders, `file` for git repositories on disk.
    host: String,
    /// The owner as it was written, with its groups; empty where there is none.
    owner: String,
    /// The repository as it was written, without `.git`; empty where there is none.
    repository: String,
    /// The skill's folder, without slashes at its ends; empty for the root.
    directory: String,
}

/// Why a text does not name a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot tell a host, owner and repository from {text:?}; expected a URL such as https://github.com/owner/repository/tree/main/skill"
)]
pub struct IdentityError {
    pub(super) text: String,
}

impl SourceIdentity {
    /// Names a directory in a repository on a host.
    pub fn new(host: &str, owner: &str, repository: &str, directory: &str) -> Self {
        Self {
            host: host.to_ascii_lowercase(),
            owner: owner.to_owned(),
            repository: repository.to_owned(),
            directory: directory.trim_matches('/').to_owned(),
        }
    }

    /// Names a folder on this machine by its absolute path.
    pub fn local(folder: &str) -> Self {
        Self::new("local", "", "", folder)
    }

    /// Names a directory in a git repository on this machine.
    pub fn git_on_disk(repository: &str, directory: &str) -> Self {
        Self::new("file", "", repository.trim_end_matches('/'), directory)
    }

    /// Names a skill of the catalogue that ships inside the program.
    pub fn starter(name: &str) -> Self {
        Self::new("starter", "touchmark", "starter", name)
    }

    /// Names a directory in the repository that a clone URL leads to.
    ///
    /// # Errors
    /// Fails where the URL has no host or no path.
    pub fn of_clone_url(url: &str, directory: &str) -> Result<Self, IdentityError> {
        let failure = || IdentityError { text: url.to_owned() };
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.split_once('/').ok_or_else(failure)?;
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (owner, repository) = path.rsplit_once('/').unwrap_or(("", path));
        if host.is_empty() || repository.is_empty() {
            return Err(failure());
        }
        Ok(Self::new(host.strip_prefix("www.").unwrap_or(host), owner, repository, directory))
    }

    /// Returns the text that identifies the skill: equal for two spellings of one source.
    pub fn canonical(&self) -> String {
        let path = format!("{}/{}", self.owner, self.repository);
        let path = if CASE_INSENSITIVE_HOSTS.contains(&self.host.as_str()) { path.to_lowercase() } else { path };
        format!("{}/{path}//{}", self.host, self.directory)
    }

    /// Returns the host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the owner as it was written.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Returns the repository as it was written.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Returns the folder of the skill, empty for the root of the repository.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Returns the last part of the directory, or the repository's name at its root.
    pub fn folder_name(&self) -> &str {
        let name = self.directory.rsplit('/').next().unwrap_or_default();
        if name.is_empty() {
            self.repository.rsplit('/').next().unwrap_or_default().trim_end_matches(".git")
        } else {
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_do_not_change_between_versions() {
        let identity = SourceIdentity::new("github.com", "Example", "Skills", "pdf");
        assert_eq!(SkillId::of(&identity).to_string(), "240bad67-1556-55d3-a1dc-ac5a8889065f");
        assert_eq!(SkillId::of(&identity).to_string().parse(), Ok(SkillId::of(&identity)));
        assert_eq!("550e8400e29b41d4a716446655440000".parse::<SkillId>(), Err(SkillIdParseError));
    }
}
