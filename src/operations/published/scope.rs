//! Which skills a collection is about, read from the path of a URL.

use crate::skill::{SourceIdentity, sanitise_line};

/// The host of a scope that names none.
const DEFAULT_HOST: &str = "github.com";
/// The scope of the catalogue that ships inside the program, whose host is no name in the DNS.
const STARTER: [&str; 3] = ["starter", "touchmark", "starter"];
/// Bytes of a scope.
const SCOPE_BYTES: usize = 1_024;

/// A publisher, a repository, or a folder of one.
///
/// `OWNER`, `OWNER/REPOSITORY` and `OWNER/REPOSITORY/FOLDER…` are on GitHub;
/// `HOST/OWNER…/REPOSITORY` is on another host, told by the dot in its name, which a GitHub
/// owner cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionScope {
    /// What the canonical source of each of its skills begins with.
    prefix: String,
    /// The folder that holds them, empty for all of the repository.
    folder: String,
    label: String,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no collection is called {0:?}; expected OWNER, OWNER/REPOSITORY, OWNER/REPOSITORY/FOLDER or HOST/OWNER/REPOSITORY"
)]
pub struct ScopeError(String);

impl CollectionScope {
    /// Reads a scope: parts with `/` between them, none of them empty.
    ///
    /// # Errors
    /// [`ScopeError`] for everything else.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let failure = || ScopeError(sanitise_line(text, 100));
        let parts: Vec<&str> = text.split('/').collect();
        let is_part = |part: &&str| !matches!(*part, "" | "." | "..") && !part.chars().any(char::is_control);
        if text.len() > SCOPE_BYTES || !parts.iter().all(is_part) {
            return Err(failure());
        }
        let repository = |host: &str, owner: &str, name: &str, folder: &str| {
            let canonical = SourceIdentity::new(host, owner, name, "").canonical();
            Self { prefix: canonical, folder: folder.to_owned(), label: text.to_owned() }
        };
        match parts.as_slice() {
            [host, owner, name] if [*host, *owner, *name] == STARTER => Ok(repository(host, owner, name, "")),
            [host, owners @ .., name] if host.contains('.') && !owners.is_empty() => {
                Ok(repository(host, &owners.join("/"), name, ""))
            }
            [owner, ..] if owner.contains('.') => Err(failure()),
            [owner] => {
                let canonical = SourceIdentity::new(DEFAULT_HOST, owner, "", "").canonical();
                let prefix = canonical.trim_end_matches('/').to_owned() + "/";
                Ok(Self { prefix, folder: String::new(), label: text.to_owned() })
            }
            [owner, name] => Ok(repository(DEFAULT_HOST, owner, name, "")),
            [owner, name, folders @ ..] => Ok(repository(DEFAULT_HOST, owner, name, &folders.join("/"))),
            [] => Err(failure()),
        }
    }

    /// Returns the scope as it was written.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns what the canonical source of each of its skills begins with.
    pub(super) fn prefix(&self) -> String {
        format!("{}{}", self.prefix, self.folder)
    }

    /// Tells whether a skill whose source has the prefix is in it: `pdf` is not in `pd`.
    pub(super) fn contains(&self, identity: &SourceIdentity) -> bool {
        let inside = identity.directory().strip_prefix(&self.folder);
        inside.is_some_and(|rest| self.folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_publisher_a_repository_or_a_folder() {
        let rows = [
            ("Owner", Some("github.com/owner/")),
            ("Owner/Skills", Some("github.com/owner/skills//")),
            ("owner/skills/Documents/pdf", Some("github.com/owner/skills//Documents/pdf")),
            ("gitlab.com/group/sub/repo", Some("gitlab.com/group/sub/repo//")),
            ("git.example/owner/repo", Some("git.example/owner/repo//")),
            ("starter/touchmark/starter", Some("starter/touchmark/starter//")),
            ("starter", Some("github.com/starter/")),
            ("", None),
            ("owner/", None),
            ("owner//repo", None),
            ("../owner", None),
            ("owner/repo/..", None),
            ("gitlab.com", None),
            ("gitlab.com/group", None),
            ("own\ner", None),
        ];
        for (text, prefix) in rows {
            assert_eq!(CollectionScope::parse(text).ok().map(|scope| scope.prefix()).as_deref(), prefix, "{text:?}");
        }
    }

    #[test]
    fn a_folder_holds_itself_and_what_is_below_it() {
        let scope = CollectionScope::parse("o/r/pdf").expect("a scope");
        for (folder, expected) in [("pdf", true), ("pdf/forms", true), ("pdf-forms", false), ("docs/pdf", false)] {
            assert_eq!(scope.contains(&SourceIdentity::new("github.com", "o", "r", folder)), expected, "{folder}");
        }
    }
}
