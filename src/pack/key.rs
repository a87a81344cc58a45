//! The keys that sign packs, and those that are pinned.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::skill::Sha256Digest;

/// What the text of a public key begins with.
const PUBLIC_PREFIX: &str = "ed25519:";
/// What the file of a key begins with.
const SECRET_PREFIX: &str = "touchmark-pack-key-v1:";

/// A key that signs packs.
#[derive(Clone)]
pub struct PackSigningKey {
    pub(super) pair: SigningKey,
}

/// A key by which packs are checked.
#[derive(Clone, PartialEq, Eq)]
pub struct PackPublicKey {
    pub(super) key: VerifyingKey,
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackKeyError {
    /// The text is not the public half of a key.
    #[error(
        "not a public key: expected `ed25519:` and 44 characters of base64, as `touchmark signatures new-key` shows it"
    )]
    Public,
    /// The file holds no key.
    #[error("the file holds no key that signs packs; make one with `touchmark signatures new-key`")]
    Secret,
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

impl PackSigningKey {
    /// Draws a new key.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<Self, PackKeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| PackKeyError::Random)?;
        Ok(Self { pair: SigningKey::from_bytes(&seed) })
    }

    /// Reads the file of a key.
    ///
    /// # Errors
    /// Fails where it holds none.
    pub fn parse(text: &str) -> Result<Self, PackKeyError> {
        let seed = text.trim().strip_prefix(SECRET_PREFIX).and_then(|seed| STANDARD.decode(seed).ok());
        let seed: [u8; 32] = seed.and_then(|seed| seed.try_into().ok()).ok_or(PackKeyError::Secret)?;
        Ok(Self { pair: SigningKey::from_bytes(&seed) })
    }

    /// Writes the file of the key, which nobody else should be able to read.
    pub fn to_secret_text(&self) -> String {
        format!("{SECRET_PREFIX}{}\n", STANDARD.encode(self.pair.to_bytes()))
    }

    /// Returns the half by which packs are checked.
    pub fn public(&self) -> PackPublicKey {
        PackPublicKey { key: self.pair.verifying_key() }
    }
}

impl fmt::Debug for PackSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PackSigningKey({})", self.public().id())
    }
}

impl PackPublicKey {
    /// Returns the name of the key: the beginning of its digest.
    pub fn id(&self) -> String {
        let mut id = Sha256Digest::of(self.key.as_bytes()).to_hex();
        id.truncate(16);
        id
    }
}

impl fmt::Display for PackPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.key.as_bytes()))
    }
}

impl fmt::Debug for PackPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for PackPublicKey {
    type Err = PackKeyError;

    /// Reads a key. One of the few for which anything is a signature is none.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.strip_prefix(PUBLIC_PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let bytes: [u8; 32] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(PackKeyError::Public)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| PackKeyError::Public)?;
        if key.is_weak() { Err(PackKeyError::Public) } else { Ok(Self { key }) }
    }
}
