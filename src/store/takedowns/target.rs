//! What a takedown names.

use std::fmt;

use crate::skill::{Sha256Digest, SkillId, SourceIdentity, locate_source_url, sanitise_line};

/// Longest name of an owner or repository, in bytes.
const NAME_BYTES: usize = 1_000;

/// What a takedown names, as a kind and a name, such as `owner:github.com/example`. Equal for
/// two spellings of one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TakedownTarget(String);

/// Why a text names nothing that can be taken down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The URL of no skill.
    #[error(
        "cannot tell a repository and folder from `{0}`; give a URL such as https://github.com/owner/repository/tree/main/skill"
    )]
    Source(String),
    /// No repository.
    #[error("`{0}` names no repository, expected one such as github.com/owner/repository")]
    Repository(String),
    /// No owner.
    #[error("`{0}` names no owner, expected one such as github.com/owner")]
    Owner(String),
}

impl TakedownTarget {
    /// Names a skill by its id.
    pub fn skill(id: SkillId) -> Self {
        Self(format!("skill:{id}"))
    }

    /// Names every SKILL.md with this digest.
    pub fn content(digest: Sha256Digest) -> Self {
        Self(format!("content:{digest}"))
    }

    /// Names every bundle with this root digest.
    pub fn package(digest: Sha256Digest) -> Self {
        Self(format!("package:{digest}"))
    }

    /// Names the skill at a URL and all below its folder; the whole repository where the URL
    /// leads to its root. Of a branch with slashes, which a URL does not tell from folders, the
    /// first part counts.
    ///
    /// # Errors
    /// Fails where the URL leads to no place.
    pub fn source(url: &str) -> Result<Self, TargetError> {
        let failure = || TargetError::Source(sanitise_line(url, 200));
        let located = locate_source_url(url).map_err(|_| failure())?;
        let identity = located.candidates.first().ok_or_else(failure)?;
        Ok(if identity.directory().is_empty() { Self::of_repository(identity) } else { Self::of_folder(identity) })
    }

    /// Names all of a repository, such as `github.com/owner/repository` or its URL.
    ///
    /// # Errors
    /// Fails where the text names none.
    pub fn repository(text: &str) -> Result<Self, TargetError> {
        let failure = || TargetError::Repository(sanitise_line(text, 200));
        let parts = place(text).filter(|parts| parts.len() > 2).ok_or_else(failure)?;
        let (host, rest) = parts.split_first().ok_or_else(failure)?;
        let (repository, owner) = rest.split_last().ok_or_else(failure)?;
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        Ok(Self::of_repository(&SourceIdentity::new(host, &owner.join("/"), repository, "")))
    }

    /// Names all of an owner, such as `github.com/owner`: an account, or a group with all
    /// below it.
    ///
    /// # Errors
    /// Fails where the text names none.
    pub fn owner(text: &str) -> Result<Self, TargetError> {
        let failure = || TargetError::Owner(sanitise_line(text, 200));
        let parts = place(text).filter(|parts| parts.len() > 1).ok_or_else(failure)?;
        let (repository, owner) = parts[1..].split_last().ok_or_else(failure)?;
        // An owner is written by the case rules of its host as a repository is.
        let Self(text) = Self::of_repository(&SourceIdentity::new(&parts[0], &owner.join("/"), repository, ""));
        let name = text.strip_prefix("repository:").unwrap_or(&text).replace("//", "/");
        Ok(Self(format!("owner:{name}")))
    }

    /// Takes a target that [`TakedownTarget::as_str`] gave.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Reads a target as [`TakedownTarget::as_str`] writes it, and in no other spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        let target = match kind {
            "skill" => Self::skill(name.parse().ok()?),
            "content" => Self::content(name.parse().ok()?),
            "package" => Self::package(name.parse().ok()?),
            "owner" => Self::owner(name).ok()?,
            "repository" => Self::repository(name).ok()?,
            "folder" => {
                let (root, folder) = name.split_once("//")?;
                let parts = place(root).filter(|parts| parts.len() > 2)?;
                let (host, rest) = parts.split_first()?;
                let (repository, owner) = rest.split_last()?;
                let is_folder = folder.len() <= NAME_BYTES
                    && !folder.contains(char::is_control)
                    && folder.split('/').all(|part| !matches!(part, "" | "." | ".."));
                is_folder.then(|| Self::of_folder(&SourceIdentity::new(host, &owner.join("/"), repository, folder)))?
            }
            _ => return None,
        };
        (target.as_str() == text).then_some(target)
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the kind and the name.
    pub fn parts(&self) -> (&str, &str) {
        self.0.split_once(':').unwrap_or(("", &self.0))
    }

    /// Returns every target that covers a skill.
    pub fn covering(identity: &SourceIdentity, content_hash: Sha256Digest, package_hash: Sha256Digest) -> Vec<Self> {
        let mut targets = vec![Self::content(content_hash), Self::package(package_hash)];
        targets.extend(Self::places(identity));
        targets
    }

    /// Returns every target that covers whatever is at a place.
    pub fn places(identity: &SourceIdentity) -> Vec<Self> {
        let mut targets = vec![Self::skill(SkillId::of(identity)), Self::of_repository(identity)];
        let repository = root_of(identity);
        // Every group above the repository, but not the host.
        let mut owner = repository.rsplit_once('/').map_or("", |(owner, _)| owner);
        while owner.contains('/') {
            targets.push(Self(format!("owner:{owner}")));
            owner = owner.rsplit_once('/').map_or("", |(owner, _)| owner);
        }
        let mut folder = identity.directory();
        while !folder.is_empty() {
            targets.push(Self(format!("folder:{repository}//{folder}")));
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
        targets
    }

    fn of_repository(identity: &SourceIdentity) -> Self {
        Self(format!("repository:{}", root_of(identity)))
    }

    fn of_folder(identity: &SourceIdentity) -> Self {
        Self(format!("folder:{}", identity.canonical()))
    }
}

impl fmt::Display for TakedownTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Returns the canonical text of the repository that a skill is in.
fn root_of(identity: &SourceIdentity) -> String {
    let root = SourceIdentity::new(identity.host(), identity.owner(), identity.repository(), "").canonical();
    root.strip_suffix("//").unwrap_or(&root).to_owned()
}

/// Splits a host and names below it, with or without a scheme.
fn place(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest).trim_matches('/');
    let is_plain = !rest.is_empty() && rest.len() <= NAME_BYTES && !rest.contains(['?', '#', '@', '\\', ':']);
    let parts: Vec<String> = rest.split('/').map(str::to_owned).collect();
    let is_bad = |part: &String| part.is_empty() || part == "." || part == ".." || part.contains(char::is_control);
    (is_plain && parts[0].contains('.') && !parts.iter().any(is_bad)).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_spelling_that_is_written_is_read_back() {
        let digest = Sha256Digest::of(b"x");
        let identity = SourceIdentity::new("github.com", "evil", "skills", "a/b");
        let mut targets = TakedownTarget::covering(&identity, digest, digest);
        targets.extend(TakedownTarget::places(&SourceIdentity::new("git.example", "Group/Sub", "Skills", "x")));
        for target in targets {
            assert_eq!(TakedownTarget::parse(target.as_str()), Some(target));
        }
        let wrong = [
            "",
            "owner",
            "owner:",
            "owner:github.com",
            "owner:GitHub.com/Evil",
            "repository:github.com/evil",
            "repository:github.com/evil/skills.git",
            "folder:github.com/evil/skills",
            "folder:github.com/evil/skills//",
            "folder:github.com/evil/skills//a/../b",
            "content:00",
            "skill:x",
            "host:github.com",
            "owner:github.com/a\u{7}",
        ];
        for text in wrong {
            assert_eq!(TakedownTarget::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_place_is_one_target_in_every_spelling() {
        let rows = [
            (TakedownTarget::owner("GitHub.com/Evil"), Ok("owner:github.com/evil")),
            (TakedownTarget::owner("https://github.com/evil/"), Ok("owner:github.com/evil")),
            (TakedownTarget::owner("git.example/Group/Sub"), Ok("owner:git.example/Group/Sub")),
            (TakedownTarget::owner("github.com"), Err("`github.com` names no owner")),
            (TakedownTarget::owner("evil"), Err("`evil` names no owner")),
            (TakedownTarget::owner("github.com/../x"), Err("`github.com/../x` names no owner")),
            (TakedownTarget::owner(""), Err("`` names no owner")),
            (TakedownTarget::repository("github.com/Evil/Skills.git"), Ok("repository:github.com/evil/skills")),
            (TakedownTarget::repository("github.com/evil"), Err("`github.com/evil` names no repository")),
            (TakedownTarget::source("https://github.com/evil/skills"), Ok("repository:github.com/evil/skills")),
            (
                TakedownTarget::source("https://github.com/Evil/skills/blob/main/a/b/SKILL.md"),
                Ok("folder:github.com/evil/skills//a/b"),
            ),
            (TakedownTarget::source("nothing"), Err("cannot tell a repository and folder from `nothing`")),
        ];
        for (target, expected) in rows {
            match (&target, expected) {
                (Ok(target), Ok(expected)) => assert_eq!(target.as_str(), expected),
                (Err(error), Err(expected)) => assert!(error.to_string().starts_with(expected), "{error}"),
                _ => panic!("{target:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn what_is_above_a_skill_covers_it_and_what_is_beside_it_does_not() {
        let digest = Sha256Digest::of(b"x");
        let identity = SourceIdentity::new("github.com", "Evil", "Skills", "a/b");
        let covering = TakedownTarget::covering(&identity, digest, Sha256Digest::of(b"y"));
        let names: Vec<_> = covering.iter().skip(3).map(TakedownTarget::as_str).collect();
        assert_eq!(
            names,
            [
                "repository:github.com/evil/skills",
                "owner:github.com/evil",
                "folder:github.com/evil/skills//a/b",
                "folder:github.com/evil/skills//a"
            ]
        );
        for url in ["https://github.com/evil/skills/tree/main/a", "https://github.com/evil/skills"] {
            assert!(covering.contains(&TakedownTarget::source(url).expect("a place")), "{url}");
        }
        for url in ["https://github.com/evil/skills/tree/main/ab", "https://github.com/evil/skill"] {
            assert!(!covering.contains(&TakedownTarget::source(url).expect("a place")), "{url}");
        }
        let grouped = SourceIdentity::new("git.example", "Group/Sub", "Repo", "");
        let covering = TakedownTarget::covering(&grouped, digest, digest);
        for owner in ["git.example/Group/Sub", "git.example/Group"] {
            assert!(covering.contains(&TakedownTarget::owner(owner).expect("an owner")), "{owner}");
        }
    }
}
