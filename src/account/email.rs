//! Addresses by which accounts are known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest address that mail can carry (RFC 5321, section 4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;
/// The longest part before the `@` (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An e-mail address in lower case, so that one mailbox has one account. Whether somebody
/// reads it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// A text that is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address: expected something like dev@example.com")]
pub struct EmailParseError;

impl EmailAddress {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = EmailParseError;

    /// Takes the unquoted ASCII form of RFC 5322 (dot-atom) with a domain name of two labels
    /// or more. Quoted parts, address literals and other scripts are refused: they are rare,
    /// and each is a way to write one address twice.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailParseError)?;
        let is_atom = |atom: &str| {
            !atom.is_empty()
                && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
        };
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let labels: Vec<&str> = domain.split('.').collect();
        let is_address = text.len() <= LONGEST
            && local.len() <= LONGEST_LOCAL
            && local.split('.').all(is_atom)
            && labels.len() >= 2
            && labels.iter().all(|label| is_label(label))
            && labels.last().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
        if is_address { Ok(Self(text)) } else { Err(EmailParseError) }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_whatever_their_case() {
        let address: EmailAddress = " Dev.One+x@Example.COM".parse().expect("an address");
        assert_eq!(address.as_str(), "dev.one+x@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", "b.".repeat(130));
        let rows = [
            "",
            "@",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "a@b@c.example",
            "\"a b\"@c.example",
            "a@[127.0.0.1]",
            "a..b@c.example",
            ".a@c.example",
            "a@-c.example",
            "a@c..example",
            "a@1.2.3.4",
            "ä@c.example",
            "a@c.exämple",
            "a\r\nBcc: x@y.example@c.example",
            "a@c.example\0",
            "a\u{202e}@c.example",
            &long,
            &longer,
        ];
        for row in rows {
            assert_eq!(row.parse::<EmailAddress>(), Err(EmailParseError), "{row:?}");
        }
    }
}
