//! The digests by which a registry vouches for the bytes of a file.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use crate::skill::Sha256Digest;

/// A digest that a registry published for a file.
#[derive(Clone, PartialEq, Eq)]
pub enum PublishedDigest {
    /// What PyPI publishes, and npm in `integrity` at times.
    Sha256([u8; 32]),
    /// What npm publishes in `integrity`.
    Sha512([u8; 64]),
    /// What npm publishes as `shasum`: nobody should trust it alone.
    Sha1([u8; 20]),
}

/// A text that holds no digest that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the registry publishes a digest that is none")]
pub struct IntegrityError;

impl PublishedDigest {
    /// Reads hex digits; `algorithm` as registries call it.
    ///
    /// # Errors
    /// Fails where these are not the digits of a digest of that algorithm that is known.
    pub fn of_hex(algorithm: &str, digits: &str) -> Result<Self, IntegrityError> {
        Self::of_bytes(algorithm, &hex::decode(digits).map_err(|_| IntegrityError)?)
    }

    /// Reads a value of Subresource Integrity, `sha512-…`, which may hold several digests;
    /// algorithms that are not known are passed over, as the standard wants.
    ///
    /// # Errors
    /// Fails where a digest of a known algorithm is damaged, or there is none at all.
    pub fn of_integrity(text: &str) -> Result<Vec<Self>, IntegrityError> {
        let mut digests = Vec::new();
        for part in text.split_ascii_whitespace() {
            let (algorithm, value) = part.split_once('-').ok_or(IntegrityError)?;
            if !matches!(algorithm, "sha1" | "sha256" | "sha512") {
                continue;
            }
            let value = value.split('?').next().unwrap_or_default();
            digests.push(Self::of_bytes(algorithm, &STANDARD.decode(value).map_err(|_| IntegrityError)?)?);
        }
        if digests.is_empty() { Err(IntegrityError) } else { Ok(digests) }
    }

    fn of_bytes(algorithm: &str, bytes: &[u8]) -> Result<Self, IntegrityError> {
        let wrong = |_| IntegrityError;
        match algorithm {
            "sha256" => bytes.try_into().map(Self::Sha256).map_err(wrong),
            "sha512" => bytes.try_into().map(Self::Sha512).map_err(wrong),
            "sha1" => bytes.try_into().map(Self::Sha1).map_err(wrong),
            _ => Err(IntegrityError),
        }
    }

    /// Returns the name of the algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "sha256",
            Self::Sha512(_) => "sha512",
            Self::Sha1(_) => "sha1",
        }
    }

    /// Tells whether bytes that match cannot be others than those that were published. SHA-1 does
    /// not say that: two files of one digest can be made.
    pub fn is_strong(&self) -> bool {
        !matches!(self, Self::Sha1(_))
    }
}

impl fmt::Display for PublishedDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self {
            Self::Sha256(bytes) => hex::encode(bytes),
            Self::Sha512(bytes) => hex::encode(bytes),
            Self::Sha1(bytes) => hex::encode(bytes),
        };
        write!(formatter, "{}:{digits}", self.algorithm())
    }
}

impl fmt::Debug for PublishedDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Computes every digest of bytes that pass by, once.
#[derive(Debug, Default)]
pub struct DigestCheck {
    sha1: Sha1,
    sha256: Sha256,
    sha512: Sha512,
}

impl DigestCheck {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.sha256.update(bytes);
        self.sha512.update(bytes);
    }

    /// Returns the digest of all bytes.
    ///
    /// # Errors
    /// Fails with the first published digest that the bytes do not have, and what they have.
    pub fn finish(
        self,
        published: &[PublishedDigest],
    ) -> Result<Sha256Digest, Box<(PublishedDigest, PublishedDigest)>> {
        let sha256: [u8; 32] = self.sha256.finalize().into();
        let (sha512, sha1): ([u8; 64], [u8; 20]) = (self.sha512.finalize().into(), self.sha1.finalize().into());
        for expected in published {
            let found = match expected {
                PublishedDigest::Sha256(_) => PublishedDigest::Sha256(sha256),
                PublishedDigest::Sha512(_) => PublishedDigest::Sha512(sha512),
                PublishedDigest::Sha1(_) => PublishedDigest::Sha1(sha1),
            };
            if found != *expected {
                return Err(Box::new((expected.clone(), found)));
            }
        }
        Ok(Sha256Digest::from_bytes(sha256))
    }
}
