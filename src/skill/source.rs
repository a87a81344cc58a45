//! Where one revision of a skill was found, and the URLs that lead there.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{Registry, SourceIdentity, Timestamp};

/// Characters that are escaped in the path of a URL.
const PATH_ESCAPES: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}');

/// Where one revision of a skill was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillSource {
    /// What identifies the skill.
    pub identity: SourceIdentity,
    /// The kind of place.
    pub registry: Registry,
    /// The name of the instructions file: `SKILL.md`, or the spelling that was found.
    pub file_name: String,
    /// The branch or tag, where it is known.
    pub reference: Option<String>,
    /// The commit, where it is known.
    pub commit_sha: Option<String>,
    /// When the commit was made.
    pub committed_at: Option<Timestamp>,
    /// The repository that a mirror names as its origin, as `owner/repository`.
    pub upstream: Option<String>,
    /// The licence of the repository, where it is known.
    pub license: Option<String>,
}

impl SkillSource {
    /// Describes a source of which nothing but the place is known.
    pub fn new(identity: SourceIdentity, registry: Registry) -> Self {
        Self {
            identity,
            registry,
            file_name: "SKILL.md".to_owned(),
            reference: None,
            commit_sha: None,
            committed_at: None,
            upstream: None,
            license: None,
        }
    }

    /// Returns the publisher's display name, `unknown` where the source has none.
    pub fn publisher(&self) -> &str {
        match (self.identity.owner(), self.registry) {
            ("", Registry::WellKnown | Registry::Mcp) => self.identity.host(),
            ("", _) => "unknown",
            (owner, _) => owner,
        }
    }

    /// Returns the URL at which a person can look at the instructions.
    pub fn url(&self) -> String {
        self.file_url(self.reference.as_deref().or(self.commit_sha.as_deref()).unwrap_or("HEAD"))
    }

    /// Returns the URL of the raw bytes, where the host has one.
    pub fn raw_url(&self) -> Option<String> {
        let reference = self.commit_sha.as_deref().or(self.reference.as_deref()).unwrap_or("HEAD");
        let (root, path) = (self.repository_url(), self.file_path());
        let (host, owner, repository) = (self.identity.host(), self.identity.owner(), self.identity.repository());
        match host {
            "github.com" => Some(format!(
                "https://raw.githubusercontent.com/{}/{}/{reference}/{path}",
                escape(owner),
                escape(repository)
            )),
            "gitlab.com" => Some(format!("{root}/-/raw/{reference}/{path}")),
            "codeberg.org" => Some(format!("{root}/raw/{}/{path}", self.gitea_reference(reference))),
            "bitbucket.org" => Some(format!("{root}/raw/{reference}/{path}")),
            _ => None,
        }
    }

    /// Returns the URL of the skill's folder at the commit, where both are known.
    pub fn tree_url_at_commit(&self) -> Option<String> {
        let commit = self.commit_sha.as_deref()?;
        let root = self.repository_url();
        let directory = escape(self.identity.directory());
        let slash = if directory.is_empty() { "" } else { "/" };
        match self.identity.host() {
            "github.com" => Some(format!("{root}/tree/{commit}{slash}{directory}")),
            "gitlab.com" => Some(format!("{root}/-/tree/{commit}{slash}{directory}")),
            "codeberg.org" => Some(format!("{root}/src/commit/{commit}{slash}{directory}")),
            "bitbucket.org" => Some(format!("{root}/src/{commit}{slash}{directory}")),
            _ => None,
        }
    }

    /// Returns the URL of the repository, which git can clone on every host.
    pub fn repository_url(&self) -> String {
        let (host, owner, repository) = (self.identity.host(), self.identity.owner(), self.identity.repository());
        match host {
            "file" => format!("file://{}", escape(repository)),
            _ if owner.is_empty() => format!("https://{host}/{}", escape(repository)),
            _ => format!("https://{host}/{}/{}", escape(owner), escape(repository)),
        }
    }

    fn file_url(&self, reference: &str) -> String {
        let (root, path) = (self.repository_url(), self.file_path());
        match self.identity.host() {
            "github.com" => format!("{root}/blob/{}/{path}", escape(reference)),
            "gitlab.com" => format!("{root}/-/blob/{}/{path}", escape(reference)),
            "codeberg.org" => format!("{root}/src/{}/{path}", self.gitea_reference(reference)),
            "bitbucket.org" => format!("{root}/src/{}/{path}", escape(reference)),
            "local" => format!("file:///{path}"),
            "starter" => format!("touchmark://starter/{path}"),
            _ if self.registry == Registry::WellKnown => {
                format!("{}/.well-known/agent-skills/{path}", root.trim_end_matches('/'))
            }
            // A registry shows a page of the skill, and no file.
            _ if self.registry == Registry::Clawhub => root,
            // No agreed form exists for a file in a repository on an unknown host, so the
            // URL is the one that `touchmark ingest` takes.
            _ => format!("{root}#{}:{path}", escape(reference)),
        }
    }

    fn gitea_reference(&self, reference: &str) -> String {
        let kind = if Some(reference) == self.commit_sha.as_deref() { "commit" } else { "branch" };
        format!("{kind}/{}", escape(reference))
    }

    fn file_path(&self) -> String {
        let directory = self.identity.directory();
        let slash = if directory.is_empty() { "" } else { "/" };
        format!("{}{slash}{}", escape(directory), escape(&self.file_name))
    }
}

fn escape(path: &str) -> String {
    utf8_percent_encode(path, PATH_ESCAPES).to_string()
}
