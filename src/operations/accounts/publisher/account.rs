//! From what somebody calls a publisher to accounts that the index may know.

use crate::api::accounts::{Refusal, RefusalCode};
use crate::skill::sanitise_line;

/// Bytes of what somebody calls a publisher.
const ID_BYTES: usize = 600;
/// What an id of ours begins with; behind it stands the account in hexadecimal digits, so that
/// no table has to say which account has which id.
const PREFIX: &str = "pub_";
/// Hosts of repositories beside GitHub on which a handle without a host is looked for.
const GIT_HOSTS: [&str; 3] = ["gitlab.com", "codeberg.org", "bitbucket.org"];
const CLAWHUB: &str = "clawhub.ai";
const GITHUB: &str = "github.com";

/// Where an account can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ecosystem {
    /// GitHub.
    Github,
    /// Another host of git repositories.
    Git,
    /// ClawHub.
    Clawhub,
    /// The registry of npm, whose publishers the index does not know.
    Npm,
    /// The registry of PyPI, whose publishers the index does not know.
    Pypi,
}

impl Ecosystem {
    const ALL: [Self; 5] = [Self::Github, Self::Git, Self::Clawhub, Self::Npm, Self::Pypi];

    /// Returns the name that the API uses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Git => "git",
            Self::Clawhub => "clawhub",
            Self::Npm => "npm",
            Self::Pypi => "pypi",
        }
    }

    /// Reads the name of one.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            let text = sanitise_line(text, 50);
            Refusal::new(RefusalCode::BadRequest, format!("ecosystem is {text:?}, expected one of {names}"))
        })
    }

    /// Returns where an account of the index is.
    pub(super) fn of(account: &str) -> Self {
        match account.split('/').next() {
            Some(GITHUB) => Self::Github,
            Some(CLAWHUB) => Self::Clawhub,
            _ => Self::Git,
        }
    }
}

/// Returns the id of an account.
pub(super) fn id_of(account: &str) -> String {
    format!("{PREFIX}{}", hex::encode(account))
}

/// Returns the accounts that may be meant, the likeliest first; none where nobody can be.
pub(super) fn accounts(id: &str, ecosystem: Option<Ecosystem>) -> Vec<String> {
    let id = id.trim().to_lowercase();
    if id.is_empty() || id.len() > ID_BYTES || id.chars().any(char::is_control) {
        return Vec::new();
    }
    let own = id.strip_prefix(PREFIX).and_then(|digits| hex::decode(digits).ok());
    let own = own.and_then(|bytes| String::from_utf8(bytes).ok());
    let found = match own {
        Some(account) => vec![account],
        None if id.contains('/') => vec![id],
        None => {
            let hosts = std::iter::once(GITHUB).chain(GIT_HOSTS).chain([CLAWHUB]);
            hosts.map(|host| format!("{host}/{id}")).collect()
        }
    };
    found.into_iter().filter(|account| ecosystem.is_none_or(|wanted| Ecosystem::of(account) == wanted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_handle_host_and_id() {
        let id = id_of("github.com/somebody");
        let rows = [
            ("Somebody", Some(Ecosystem::Github), vec!["github.com/somebody"]),
            (id.as_str(), None, vec!["github.com/somebody"]),
            (id.as_str(), Some(Ecosystem::Git), vec![]),
            ("gitlab.com/Group/Sub", None, vec!["gitlab.com/group/sub"]),
            ("somebody", Some(Ecosystem::Npm), vec![]),
            ("somebody", Some(Ecosystem::Clawhub), vec!["clawhub.ai/somebody"]),
            ("", None, vec![]),
            ("a\nb", None, vec![]),
        ];
        for (id, ecosystem, expected) in rows {
            assert_eq!(accounts(id, ecosystem), expected, "{id:?} {ecosystem:?}");
        }
        assert_eq!(accounts("somebody", None).len(), 5);
        assert!(accounts(&"x".repeat(601), None).is_empty());
        assert!(Ecosystem::read("cargo").is_err() && Ecosystem::read("pypi") == Ok(Ecosystem::Pypi));
    }
}
