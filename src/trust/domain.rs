//! A domain that somebody can have for their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a host on the public network, in lower case: `example.com`. It is no address,
/// has no port, and does not belong to a service on which anybody gets a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

/// Why a text is no domain that could prove anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain of one's own, expected one such as example.com")]
pub struct DomainError;

/// Services on which anybody gets a name below one that everybody knows, and hosts of code:
/// what is served there proves an account there and nothing more.
const SHARED: &[&str] = &[
    "github.com",
    "github.io",
    "githubusercontent.com",
    "gitlab.com",
    "gitlab.io",
    "bitbucket.org",
    "bitbucket.io",
    "codeberg.org",
    "codeberg.page",
    "pages.dev",
    "workers.dev",
    "vercel.app",
    "netlify.app",
    "herokuapp.com",
    "web.app",
    "firebaseapp.com",
    "fly.dev",
    "onrender.com",
    "railway.app",
    "surge.sh",
    "glitch.me",
    "notion.site",
    "hf.space",
    "huggingface.co",
    "readthedocs.io",
    "gitbook.io",
    "mintlify.app",
    "azurewebsites.net",
    "amazonaws.com",
    "cloudfront.net",
    "blogspot.com",
    "wordpress.com",
    "ngrok.io",
    "ngrok-free.app",
    "replit.app",
    "deno.dev",
];

impl Domain {
    /// Returns the domain that a URL of a page leads to; none where it is not one that could
    /// prove anything. A URL with a user or a port names no domain.
    pub fn of_url(url: &str) -> Option<Self> {
        let lowered = url.trim().to_ascii_lowercase();
        let rest = lowered.strip_prefix("https://").or_else(|| lowered.strip_prefix("http://"))?;
        rest.split(['/', '?', '#', '\\']).next()?.parse().ok()
    }

    /// Returns the domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let name = text.to_ascii_lowercase();
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let labels: Vec<&str> = name.split('.').collect();
        // The last part of a name on the public network is never a number; that of an address is.
        let is_named = labels.last().is_some_and(|label| label.bytes().any(|byte| byte.is_ascii_alphabetic()));
        let is_shared = SHARED.iter().any(|shared| name.strip_suffix(shared).is_some_and(ends_a_label));
        if labels.len() < 2 || name.len() > 253 || !is_named || is_shared || !labels.into_iter().all(is_label) {
            return Err(DomainError);
        }
        Ok(Self(name))
    }
}

fn ends_a_label(rest: &str) -> bool {
    rest.is_empty() || rest.ends_with('.')
}

impl TryFrom<String> for Domain {
    type Error = DomainError;

    fn try_from(text: String) -> Result<Self, DomainError> {
        text.parse()
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_domain_of_ones_own_is_read_out_of_a_url() {
        let rows = [
            ("https://example.com", Some("example.com")),
            ("http://Docs.Example.com/page?x#y", Some("docs.example.com")),
            (" https://example.com/ ", Some("example.com")),
            ("https://example.com@evil.example/", None),
            ("https://evil.example\\@example.com/", Some("evil.example")),
            ("https://example.com:8443/", None),
            ("https://127.0.0.1/", None),
            ("https://[::1]/", None),
            ("https://localhost/", None),
            ("https://somebody.github.io/", None),
            ("https://github.com/example", None),
            ("https://notgithub.io/", Some("notgithub.io")),
            ("example.com", None),
            ("javascript:alert(1)", None),
            ("https://exa mple.com/", None),
            ("https://ехample.com/", None),
            ("https://example..com/", None),
            ("", None),
        ];
        for (url, expected) in rows {
            assert_eq!(Domain::of_url(url).as_ref().map(Domain::as_str), expected, "{url}");
        }
    }
}
