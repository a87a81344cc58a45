//! Names of accounts and repositories.

use std::fmt;

use crate::skill::RepositoryKey;

/// Characters of the name of an account or a repository; GitHub allows 39 and 100.
const NAME_CHARACTERS: usize = 100;

/// A repository as its host names it: an account and a name that can stand in a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// Reads `owner/name`; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        (is_owner(owner) && is_name(name)).then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// Reads the name off the end of a key.
    pub fn of_key(key: &RepositoryKey) -> Option<Self> {
        let (rest, name) = key.as_str().rsplit_once('/')?;
        let (_, owner) = rest.rsplit_once('/')?;
        Self::parse(&format!("{owner}/{name}"))
    }

    /// Returns the account.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Returns the name within the account.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether two spellings name one repository.
    pub fn is_same(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.owner, self.name)
    }
}

/// Tells whether a text can be the name of an account.
pub(super) fn is_owner(text: &str) -> bool {
    // Accounts that a company manages have an underscore before its short name.
    is_bounded(text) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    is_bounded(text) && text.bytes().all(is_allowed) && !matches!(text, "." | "..")
}

fn is_bounded(text: &str) -> bool {
    (1..=NAME_CHARACTERS).contains(&text.len())
}
