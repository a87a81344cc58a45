//! The secret that a receiver and this service share.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What every secret begins with (Standard Webhooks, "Signature scheme").
const PREFIX: &str = "whsec_";
/// Bytes of a secret that is drawn here: as many as the digest has.
const DRAWN_BYTES: usize = 32;
/// Bytes that a secret may have (the same place of the specification).
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Letters by which a person tells secrets apart.
const SHOWN: usize = 4;

/// A secret in the clear. Unlike a password it cannot be kept as a digest: each message is
/// signed with it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum WebhookSecretError {
    /// A text is none.
    #[error("not a webhook secret: expected {PREFIX} and base64 of 24 to 64 bytes")]
    Unreadable,
    /// None can be drawn.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl WebhookSecret {
    /// Draws a new secret.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<Self, WebhookSecretError> {
        let mut bytes = vec![0; DRAWN_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns the secret as receivers configure it, for the store and the one time that it is
    /// shown.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// Returns the beginning of the secret, by which its owner knows it again.
    pub fn hint(&self) -> String {
        format!("{}…", &self.expose()[..PREFIX.len() + SHOWN])
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret(…)")
    }
}

impl FromStr for WebhookSecret {
    type Err = WebhookSecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let encoded = text.strip_prefix(PREFIX).ok_or(WebhookSecretError::Unreadable)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| WebhookSecretError::Unreadable)?;
        if BYTES.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(WebhookSecretError::Unreadable) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_written_and_never_shown_by_accident() {
        let secret = WebhookSecret::draw().expect("random numbers");
        let text = secret.expose();
        assert_eq!(text.parse::<WebhookSecret>().expect("a secret"), secret);
        assert!(!format!("{secret:?}").contains(&text[6..12]));
        assert_eq!(secret.hint().chars().count(), 11);
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for (text, is_one) in
            [(of(24), true), (of(64), true), (of(23), false), (of(65), false), (text[6..].to_owned(), false)]
        {
            assert_eq!(text.parse::<WebhookSecret>().is_ok(), is_one, "{}", text.len());
        }
    }
}
