//! The keys that sign access tokens.

use std::fmt;

use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::random::{self, RandomError};
use crate::skill::Sha256Digest;

/// An Ed25519 key (RFC 8032) and the name that tokens know it by.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    seed: [u8; 32],
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// A stored key that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("a key that signs access tokens is damaged; replace it with `touchmark account rotate-key`")]
pub struct SigningKeyError;

impl SigningKey {
    /// Draws a new key.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<Self, RandomError> {
        Ok(Self::of(random::bytes()?).expect("every seed of 32 bytes is a key"))
    }

    /// Reads a key that [`SigningKey::seed`] gave.
    ///
    /// # Errors
    /// Fails where it is not 32 bytes.
    pub fn from_stored(seed: &[u8]) -> Result<Self, SigningKeyError> {
        Self::of(seed.try_into().map_err(|_| SigningKeyError)?)
    }

    fn of(seed: [u8; 32]) -> Result<Self, SigningKeyError> {
        let pair = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = pair.verifying_key();
        let private = pair.to_pkcs8_der().map_err(|_| SigningKeyError)?;
        let mut id = Sha256Digest::of(public.as_bytes()).to_hex();
        id.truncate(16);
        let encoding = EncodingKey::from_ed_der(private.as_bytes());
        Ok(Self { id, seed, encoding, decoding: DecodingKey::from_ed_der(public.as_bytes()) })
    }

    /// Returns the name of the key (RFC 7515, section 4.1.4): the beginning of the digest of its
    /// public half.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the secret half, to be kept.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.id)
    }
}
