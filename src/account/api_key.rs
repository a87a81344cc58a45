//! Keys for programs.

use std::fmt;
use std::str::FromStr;

use super::random::{self, ALPHABET, RandomError};
use crate::skill::Sha256Digest;

/// What every key begins with, by which leaked ones are found.
const PREFIX: &str = "sk_live_";
/// Letters after the prefix: 260 bits, so that a plain digest of them is as good as a slow hash.
const LENGTH: usize = 52;
/// Letters by which a person tells keys apart in a list.
const SHOWN: usize = 4;

/// A key in the clear: shown once, when it is made, and read from requests.
pub struct ApiKey(String);

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an API key: expected {PREFIX} and {LENGTH} letters and digits")]
pub struct ApiKeyParseError;

impl ApiKey {
    /// Draws a new key.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<Self, RandomError> {
        Ok(Self(format!("{PREFIX}{}", random::letters(LENGTH)?)))
    }

    /// Tells whether a text was meant to be a key rather than a token.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("sk_")
    }

    /// Returns the key, for the one time that it is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns what is kept of the key. It is looked up by this digest, so that comparing tells
    /// nothing of keys by its time.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.0.as_bytes())
    }

    /// Returns the beginning of the key, by which its owner knows it again.
    pub fn hint(&self) -> String {
        format!("{}…", &self.0[..PREFIX.len() + SHOWN])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}

impl FromStr for ApiKey {
    type Err = ApiKeyParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_key = text
            .strip_prefix(PREFIX)
            .is_some_and(|rest| rest.len() == LENGTH && rest.bytes().all(|byte| ALPHABET.contains(&byte)));
        if is_key { Ok(Self(text.to_owned())) } else { Err(ApiKeyParseError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_digest_and_never_written_by_accident() {
        let key = ApiKey::draw().expect("random numbers");
        let again: ApiKey = key.expose().parse().expect("a key");
        assert_eq!(again.digest(), key.digest());
        assert!(!format!("{key:?}").contains(&key.expose()[8..]));
        assert_eq!(key.hint().chars().count(), 13);
        for other in ["", "sk_live_", "sk_test_0123", &key.expose()[1..], &format!("{} ", key.expose())] {
            assert!(other.parse::<ApiKey>().is_err(), "{other:?}");
        }
    }
}
