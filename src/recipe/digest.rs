//! Digests: those that were computed, and those that somebody holds.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::catalogue::{DigestFormat, HashRecipe};
use crate::skill::Sha256Digest;

/// The bytes of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DigestValue {
    /// 32 bytes.
    Sha256([u8; 32]),
    /// 20 bytes.
    Sha1([u8; 20]),
}

impl DigestValue {
    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha1(bytes) => bytes,
        }
    }
}

impl From<Sha256Digest> for DigestValue {
    fn from(digest: Sha256Digest) -> Self {
        Self::Sha256(*digest.as_bytes())
    }
}

/// What a recipe computed for a skill. Displays as the recipe's own tool writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecipeDigest {
    /// The recipe.
    pub recipe: HashRecipe,
    /// What it computed.
    pub value: DigestValue,
}

impl fmt::Display for RecipeDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.value.as_bytes();
        match self.recipe.format() {
            DigestFormat::PrefixedSha256 => write!(formatter, "sha256:{}", hex::encode(bytes)),
            DigestFormat::BareSha256 | DigestFormat::BareSha1 => formatter.write_str(&hex::encode(bytes)),
            DigestFormat::Base64UrlSha256 => write!(formatter, "sha256-{}", URL_SAFE_NO_PAD.encode(bytes)),
        }
    }
}

/// A digest that somebody holds, before it is known which recipe made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeldDigest {
    value: DigestValue,
    is_base64: bool,
}

/// A text that is a digest of no recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a digest: expected 64 hex digits with or without `sha256:`, 40 with or without `sha1:` (a git tree), or `sha256-` and base64url"
)]
pub struct HeldDigestError;

impl HeldDigest {
    /// Reads a digest in any form that a recipe writes; digits in either case.
    ///
    /// # Errors
    /// Fails where the text is in none of them.
    pub fn parse(text: &str) -> Result<Self, HeldDigestError> {
        if let Some(encoded) = without_prefix(text, "sha256-") {
            let encoded = encoded.trim_end_matches('=').replace('+', "-").replace('/', "_");
            let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| HeldDigestError)?;
            let bytes = bytes.try_into().map_err(|_| HeldDigestError)?;
            return Ok(Self { value: DigestValue::Sha256(bytes), is_base64: true });
        }
        let (digits, lengths): (&str, &[usize]) = match without_prefix(text, "sha256:") {
            Some(digits) => (digits, &[64]),
            None => match without_prefix(text, "sha1:") {
                Some(digits) => (digits, &[40]),
                None => (text, &[40, 64]),
            },
        };
        if !lengths.contains(&digits.len()) {
            return Err(HeldDigestError);
        }
        let bytes = hex::decode(digits).map_err(|_| HeldDigestError)?;
        let value = match bytes.len() {
            20 => bytes.try_into().map(DigestValue::Sha1),
            _ => bytes.try_into().map(DigestValue::Sha256),
        };
        Ok(Self { value: value.map_err(|_| HeldDigestError)?, is_base64: false })
    }

    /// Returns the bytes of the digest.
    pub fn value(&self) -> DigestValue {
        self.value
    }

    /// Returns the digest as SHA-256, where it can be the one of SKILL.md or a root digest.
    pub fn sha256(&self) -> Option<Sha256Digest> {
        match self.value {
            DigestValue::Sha256(bytes) if !self.is_base64 => Some(Sha256Digest::from_bytes(bytes)),
            _ => None,
        }
    }

    /// Returns the recipes that may have made it. A prefix says little: it is copied and cut
    /// off on the way, so 64 digits may be of any recipe that writes digits.
    pub fn recipes(&self) -> impl Iterator<Item = HashRecipe> {
        let (value, is_base64) = (self.value, self.is_base64);
        HashRecipe::ALL.into_iter().filter(move |recipe| match recipe.format() {
            DigestFormat::BareSha1 => matches!(value, DigestValue::Sha1(_)),
            DigestFormat::Base64UrlSha256 => is_base64,
            DigestFormat::PrefixedSha256 | DigestFormat::BareSha256 => {
                matches!(value, DigestValue::Sha256(_)) && !is_base64
            }
        })
    }
}

impl fmt::Display for HeldDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.value, self.is_base64) {
            (DigestValue::Sha256(bytes), true) => write!(formatter, "sha256-{}", URL_SAFE_NO_PAD.encode(bytes)),
            (DigestValue::Sha256(bytes), false) => write!(formatter, "sha256:{}", hex::encode(bytes)),
            (DigestValue::Sha1(bytes), _) => write!(formatter, "sha1:{}", hex::encode(bytes)),
        }
    }
}

impl From<Sha256Digest> for HeldDigest {
    fn from(digest: Sha256Digest) -> Self {
        Self { value: digest.into(), is_base64: false }
    }
}

/// Cuts off a prefix in any case. What is no ASCII prefix cannot be cut inside a character.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}
