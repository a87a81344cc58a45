//! What a domain says at `/.well-known/touchmark-publisher.json`: which repositories are its.
//!
//! ```json
//! { "version": 1, "repositories": ["github.com/example/skills", "gitlab.com/example/*"] }
//! ```
//!
//! An entry is a repository, or every repository of an account. Other keys are ignored. There
//! is no name in it: a domain can prove that it is the domain, and nothing about names.

use serde::{Deserialize, Serialize};

use super::Domain;
use crate::skill::{RepositoryKey, SourceIdentity, Timestamp, sanitise_line};

/// Where a domain serves its statement.
pub const STATEMENT_PATH: &str = "/.well-known/touchmark-publisher.json";
/// Bytes of a statement; a longer one is not read.
pub const STATEMENT_BYTES: usize = 64 * 1024;
/// Entries of one statement.
const ENTRIES: usize = 1_000;
/// Days for which a statement holds after it was fetched. A domain that changes hands takes
/// longer than that to be sold, moved and trusted again.
pub(super) const STATEMENT_DAYS: f64 = 30.0;
/// The version of the format.
const VERSION: u32 = 1;

/// What a domain said, and when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherStatement {
    /// The domain that serves it.
    pub domain: Domain,
    /// Keys of repositories, and accounts with `/*` after them.
    entries: Vec<String>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// Why bytes are no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// There are too many of them.
    #[error("the statement has {0} bytes, the limit is {STATEMENT_BYTES}")]
    TooLarge(usize),
    /// They are not of the form.
    #[error("the statement is not of the form: {0}")]
    Form(String),
    /// The version is another one.
    #[error("the statement is of version {0}, this program reads {VERSION}")]
    Version(u32),
    /// There are too many entries.
    #[error("the statement has {0} entries, the limit is {ENTRIES}")]
    TooMany(usize),
    /// An entry names no repository.
    #[error("the entry `{0}` is neither host/owner/repository nor host/owner/*")]
    Entry(String),
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    repositories: Vec<String>,
}

impl PublisherStatement {
    /// Reads what `domain` served at `fetched_at`.
    ///
    /// # Errors
    /// Fails where the bytes are not of the form; nothing of them counts then.
    pub fn parse(domain: Domain, bytes: &[u8], fetched_at: Timestamp) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_BYTES {
            return Err(StatementError::TooLarge(bytes.len()));
        }
        let written: Written = serde_json::from_slice(bytes)
            .map_err(|error| StatementError::Form(sanitise_line(&error.to_string(), 200)))?;
        if written.version != VERSION {
            return Err(StatementError::Version(written.version));
        }
        if written.repositories.len() > ENTRIES {
            return Err(StatementError::TooMany(written.repositories.len()));
        }
        let entries = written.repositories.iter().map(|text| entry(text)).collect::<Result<_, _>>()?;
        Ok(Self { domain, entries, fetched_at })
    }

    /// Checks a statement that was read back from somewhere else than the domain: it has to be as
    /// [`PublisherStatement::parse`] leaves it.
    ///
    /// # Errors
    /// Fails where it has too many entries, or one that names no repository.
    pub fn check(&self) -> Result<(), StatementError> {
        if self.entries.len() > ENTRIES {
            return Err(StatementError::TooMany(self.entries.len()));
        }
        match self.entries.iter().find(|text| entry(text).as_ref() != Ok(text)) {
            Some(text) => Err(StatementError::Entry(sanitise_line(text, 100))),
            None => Ok(()),
        }
    }

    /// Notes that a domain claims no repository.
    pub fn nothing(domain: Domain, fetched_at: Timestamp) -> Self {
        Self { domain, entries: Vec::new(), fetched_at }
    }

    /// Returns the entry that names a repository.
    pub fn entry_for(&self, repository: &RepositoryKey) -> Option<&str> {
        let names = |entry: &&String| match entry.strip_suffix("/*") {
            Some(account) => repository.as_str().rsplit_once('/').is_some_and(|(above, _)| above == account),
            None => entry.as_str() == repository.as_str(),
        };
        self.entries.iter().find(names).map(String::as_str)
    }

    /// Tells whether the statement still holds.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.fetched_at.days_until(now) < STATEMENT_DAYS
    }
}

/// Brings an entry into the spelling of [`RepositoryKey`].
fn entry(text: &str) -> Result<String, StatementError> {
    let failure = || StatementError::Entry(sanitise_line(text, 100));
    let (host, path) = text.split_once('/').ok_or_else(failure)?;
    let (owner, repository) = path.rsplit_once('/').ok_or_else(failure)?;
    let is_name = |part: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && !part.bytes().all(|byte| byte == b'.') && part.bytes().all(is_plain)
    };
    let is_host = host.contains('.') && is_name(host);
    if !is_host || !owner.split('/').all(is_name) || !(repository == "*" || is_name(repository)) {
        return Err(failure());
    }
    let key = RepositoryKey::of(&SourceIdentity::new(host, owner, repository, ""));
    key.map(|key| key.as_str().to_owned()).ok_or_else(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(host: &str, owner: &str, repository: &str) -> RepositoryKey {
        RepositoryKey::of(&SourceIdentity::new(host, owner, repository, "")).expect("a repository")
    }

    fn parse(text: &str) -> Result<PublisherStatement, StatementError> {
        PublisherStatement::parse("example.com".parse().expect("a domain"), text.as_bytes(), at(0))
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_milliseconds(day * 86_400_000)
    }

    #[test]
    fn an_entry_names_a_repository_or_an_account_and_nothing_beside_it() {
        let statement = parse(
            r#"{"version":1,"repositories":["GitHub.com/Example/Skills","gitlab.com/example/tools/*"],"more":true}"#,
        )
        .expect("a statement");
        let rows = [
            (key("github.com", "example", "skills"), true),
            (key("github.com", "EXAMPLE", "SKILLS"), true),
            (key("github.com", "example", "other"), false),
            (key("github.com", "evil", "skills"), false),
            (key("gitlab.com", "example/tools", "x"), true),
            (key("gitlab.com", "example", "x"), false),
            (key("gitlab.com", "example/tools/more", "x"), false),
            (key("gitlab.com", "evil/example/tools", "x"), false),
        ];
        for (repository, expected) in rows {
            assert_eq!(statement.entry_for(&repository).is_some(), expected, "{repository}");
        }
    }

    #[test]
    fn a_statement_holds_for_thirty_days() {
        let statement = parse(r#"{"version":1,"repositories":[]}"#).expect("a statement");
        for (day, expected) in [(0, true), (29, true), (30, false), (4_000, false)] {
            assert_eq!(statement.is_current(at(day)), expected, "{day}");
        }
    }

    #[test]
    fn what_is_not_of_the_form_counts_for_nothing() {
        let entry = |text: &str| format!(r#"{{"version":1,"repositories":["github.com/a/b","{text}"]}}"#);
        let rows = [
            ("<html>".to_owned(), "the statement is not of the form"),
            (r#"{"repositories":[]}"#.to_owned(), "the statement is not of the form: missing field `version`"),
            (r#"{"version":2,"repositories":[]}"#.to_owned(), "the statement is of version 2"),
            (" ".repeat(STATEMENT_BYTES + 1), "the statement has 65537 bytes"),
            (
                format!(r#"{{"version":1,"repositories":[{}]}}"#, vec!["\"a.b/c/d\""; 1_001].join(",")),
                "the statement has 1001 entries",
            ),
            (entry("*"), "the entry `*`"),
            (entry("github.com/*"), "the entry `github.com/*`"),
            (entry("github.com/*/*"), "the entry"),
            (entry("*/a/b"), "the entry"),
            (entry("github.com//b"), "the entry"),
            (entry("github.com/a/"), "the entry"),
            (entry("github.com/a/../b"), "the entry"),
            (entry("https://github.com/a/b"), "the entry"),
            (entry("github.com/a/b c"), "the entry"),
            (entry("github.com/\\u202ea/b"), "the entry"),
        ];
        for (text, expected) in rows {
            let error = parse(&text).expect_err(&text).to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains('\u{202e}'), "{error}");
        }
    }
}
