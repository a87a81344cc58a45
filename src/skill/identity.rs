//! Where a skill comes from, and the identity that follows from it.
//!
//! A skill's id is a UUIDv5 of its canonical source: host, owner, repository and directory,
//! by the case rules of the host, without a branch. It survives every rebuild of an index.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Timestamp;

/// Characters that are escaped in the path of a URL.
const PATH_ESCAPES: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}');

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
    text: String,
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
            ("", Registry::WellKnown) => self.identity.host(),
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
        let SourceIdentity { host, owner, repository, .. } = &self.identity;
        match host.as_str() {
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
        match self.identity.host.as_str() {
            "github.com" => Some(format!("{root}/tree/{commit}{slash}{directory}")),
            "gitlab.com" => Some(format!("{root}/-/tree/{commit}{slash}{directory}")),
            "codeberg.org" => Some(format!("{root}/src/commit/{commit}{slash}{directory}")),
            "bitbucket.org" => Some(format!("{root}/src/{commit}{slash}{directory}")),
            _ => None,
        }
    }

    /// Returns the URL of the repository, which git can clone on every host.
    pub fn repository_url(&self) -> String {
        let SourceIdentity { host, owner, repository, .. } = &self.identity;
        match host.as_str() {
            "file" => format!("file://{}", escape(repository)),
            _ if owner.is_empty() => format!("https://{host}/{}", escape(repository)),
            _ => format!("https://{host}/{}/{}", escape(owner), escape(repository)),
        }
    }

    fn file_url(&self, reference: &str) -> String {
        let (root, path) = (self.repository_url(), self.file_path());
        match self.identity.host.as_str() {
            "github.com" => format!("{root}/blob/{}/{path}", escape(reference)),
            "gitlab.com" => format!("{root}/-/blob/{}/{path}", escape(reference)),
            "codeberg.org" => format!("{root}/src/{}/{path}", self.gitea_reference(reference)),
            "bitbucket.org" => format!("{root}/src/{}/{path}", escape(reference)),
            "local" => format!("file:///{path}"),
            "starter" => format!("touchmark://starter/{path}"),
            _ if self.registry == Registry::WellKnown => {
                format!("https://{}/.well-known/agent-skills/{path}", self.identity.host)
            }
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

/// The sources that a URL may mean, the most likely first.
///
/// A URL does not say where a branch name ends, so a branch with slashes leaves several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedSource {
    /// Never empty.
    pub candidates: Vec<SourceIdentity>,
}

/// Reads a URL of a skill in any of the forms that people copy: a file (blob, raw, src), a
/// folder (tree), a repository, a `file://` path; with other branches, queries and case.
///
/// # Errors
/// Fails where the text names no repository or folder.
pub fn locate_source_url(text: &str) -> Result<LocatedSource, IdentityError> {
    let failure = || IdentityError { text: super::sanitise_line(text, 200) };
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.len() > 4_096 || trimmed.chars().any(char::is_control) {
        return Err(failure());
    }
    let (scheme, rest) = trimmed.split_once("://").unwrap_or(("https", trimmed));
    let (location, fragment) =
        rest.split_once('#').map_or((rest, None), |(location, fragment)| (location, Some(fragment)));
    let location = location.split('?').next().unwrap_or(location);
    let decoded = percent_decode_str(location).decode_utf8().map_err(|_| failure())?;
    let decoded = decoded.trim_end_matches('/');
    match scheme.to_ascii_lowercase().as_str() {
        "file" => Ok(locate_on_disk(decoded, fragment)),
        "touchmark" => decoded
            .strip_prefix("starter/")
            .map(|path| one(SourceIdentity::starter(without_instructions(path))))
            .ok_or_else(failure),
        "http" | "https" | "git" | "ssh" => locate_on_host(decoded, fragment).ok_or_else(failure),
        _ => Err(failure()),
    }
}

fn locate_on_disk(path: &str, fragment: Option<&str>) -> LocatedSource {
    let directory = fragment.map(|fragment| {
        let path = fragment.split_once(':').map_or(fragment, |(_, path)| path);
        percent_decode_str(path).decode_utf8_lossy().into_owned()
    });
    match directory {
        Some(directory) => one(SourceIdentity::git_on_disk(path, without_instructions(&directory))),
        None => {
            let folder = without_instructions(path);
            LocatedSource { candidates: vec![SourceIdentity::local(folder), SourceIdentity::git_on_disk(folder, "")] }
        }
    }
}

fn locate_on_host(location: &str, fragment: Option<&str>) -> Option<LocatedSource> {
    let (authority, path) = location.split_once('/')?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if host.is_empty() || parts.iter().any(|part| matches!(*part, "." | "..")) {
        return None;
    }
    if host == "raw.githubusercontent.com" {
        let [owner, repository, reference @ ..] = parts.as_slice() else { return None };
        return Some(split_reference("github.com", owner, repository, reference));
    }
    if let Some(path) = path.strip_prefix(".well-known/agent-skills/") {
        return Some(one(SourceIdentity::new(host, "", "", without_instructions(path))));
    }
    let is_marker = |part: &&str| matches!(*part, "blob" | "tree" | "raw" | "blame" | "edit" | "src" | "-");
    let marker = parts.iter().skip(2).position(|part| is_marker(&part)).map(|index| index + 2);
    let Some(marker) = marker else {
        let repository = *parts.last()?;
        let owner = parts[..parts.len() - 1].join("/");
        let directory = fragment
            .filter(|fragment| fragment.contains(':'))
            .and_then(|fragment| fragment.split_once(':'))
            .map_or("", |(_, path)| path);
        let directory = percent_decode_str(directory).decode_utf8_lossy();
        return Some(one(SourceIdentity::new(
            host,
            &owner,
            repository.trim_end_matches(".git"),
            without_instructions(&directory),
        )));
    };
    let owner = parts[..marker - 1].join("/");
    let repository = parts[marker - 1].trim_end_matches(".git");
    let mut rest = &parts[marker + 1..];
    while rest.first().is_some_and(|part| is_marker(&part)) {
        rest = &rest[1..];
    }
    if parts[marker] != "blob" && matches!(rest.first(), Some(&("branch" | "commit" | "tag"))) && host != "github.com" {
        rest = &rest[1..];
    }
    Some(split_reference(host, &owner, repository, rest))
}

/// Splits `branch/with/slashes/path/to/skill` at every place where the branch may end.
fn split_reference(host: &str, owner: &str, repository: &str, parts: &[&str]) -> LocatedSource {
    let parts = match parts {
        ["refs", "heads" | "tags", rest @ ..] => rest,
        other => other,
    };
    let path = |from: usize| parts[from.min(parts.len())..].join("/");
    let last = if parts.is_empty() { 0 } else { parts.len().min(8) };
    let mut candidates: Vec<SourceIdentity> = Vec::new();
    for end in 1..=last.max(1) {
        let identity = SourceIdentity::new(host, owner, repository, without_instructions(&path(end)));
        if !candidates.contains(&identity) {
            candidates.push(identity);
        }
    }
    LocatedSource { candidates }
}

/// Drops a trailing `SKILL.md`, in any case, from a path.
fn without_instructions(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.eq_ignore_ascii_case("skill.md") { folder } else { path }
}

fn one(identity: SourceIdentity) -> LocatedSource {
    LocatedSource { candidates: vec![identity] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_a_url_leads_to_the_same_skill() {
        let expected = SkillId::of(&SourceIdentity::new("github.com", "Org", "Repo", "skills/pdf"));
        for url in [
            "https://github.com/Org/Repo/blob/main/skills/pdf/SKILL.md",
            "https://github.com/org/repo/blob/main/skills/pdf/SKILL.md?plain=1#L4",
            "http://www.GitHub.com/ORG/repo/tree/main/skills/pdf",
            "github.com/org/repo/tree/main/skills/pdf/",
            "https://raw.githubusercontent.com/org/repo/main/skills/pdf/SKILL.md",
            "https://raw.githubusercontent.com/org/repo/refs/heads/main/skills/pdf/skill.md",
            "https://github.com/org/repo/raw/v1.0/skills/pdf/SKILL.md",
            "https://github.com/org/repo/blob/feature/new-thing/skills/pdf/SKILL.md",
            "https://github.com/org/repo.git#main:skills/pdf",
        ] {
            let located = locate_source_url(url).expect(url);
            assert!(
                located.candidates.iter().any(|candidate| SkillId::of(candidate) == expected),
                "{url}: {located:?}"
            );
        }
    }

    #[test]
    fn other_hosts_and_disks_are_understood() {
        let rows = [
            (
                "https://gitlab.com/group/sub/repo/-/blob/main/pdf/SKILL.md",
                SourceIdentity::new("gitlab.com", "group/sub", "repo", "pdf"),
            ),
            (
                "https://codeberg.org/o/r/src/branch/main/pdf/SKILL.md",
                SourceIdentity::new("codeberg.org", "o", "r", "pdf"),
            ),
            ("https://github.com/org/repo", SourceIdentity::new("github.com", "org", "repo", "")),
            ("file:///home/me/my%20skill/SKILL.md", SourceIdentity::local("/home/me/my skill")),
            ("file:///srv/x.git#main:a/SKILL.md", SourceIdentity::git_on_disk("/srv/x.git", "a")),
            ("touchmark://starter/commit-message/SKILL.md", SourceIdentity::starter("commit-message")),
        ];
        for (url, expected) in rows {
            let located = locate_source_url(url).expect(url);
            assert_eq!(located.candidates[0].canonical(), expected.canonical(), "{url}");
        }
        for url in
            ["", "x", "javascript:alert(1)", "ftp://a/b", "https://github.com", "https://github.com/o/../r/blob/m/x"]
        {
            assert!(locate_source_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_url_of_a_source_leads_back_to_it() {
        let identities = [
            SourceIdentity::new("github.com", "Org", "Repo", "skills/my pdf"),
            SourceIdentity::new("gitlab.com", "a/b", "c", "x"),
            SourceIdentity::new("codeberg.org", "a", "c", ""),
            SourceIdentity::new("git.example", "a", "c", "x/y#z"),
            SourceIdentity::git_on_disk("/srv/repo.git", "a/b"),
            SourceIdentity::local("/home/me/a#b"),
            SourceIdentity::starter("x"),
        ];
        for identity in identities {
            let mut source = SkillSource::new(identity.clone(), Registry::Git);
            source.reference = Some("main".to_owned());
            let located = locate_source_url(&source.url()).expect("own urls are read");
            assert!(
                located.candidates.iter().any(|candidate| candidate.canonical() == identity.canonical()),
                "{}: {located:?}",
                source.url()
            );
        }
    }

    #[test]
    fn ids_do_not_change_between_versions() {
        let identity = SourceIdentity::new("github.com", "Example", "Skills", "pdf");
        assert_eq!(SkillId::of(&identity).to_string(), "240bad67-1556-55d3-a1dc-ac5a8889065f");
        assert_eq!(SkillId::of(&identity).to_string().parse(), Ok(SkillId::of(&identity)));
        assert_eq!("550e8400e29b41d4a716446655440000".parse::<SkillId>(), Err(SkillIdParseError));
    }

    proptest! {
        #[test]
        fn locating_never_panics_and_always_has_a_candidate(text in any::<String>()) {
            if let Ok(located) = locate_source_url(&text) {
                prop_assert!(!located.candidates.is_empty());
            }
        }
    }
}
