//! Signing a pack, and opening one with pinned keys.

use ed25519_dalek::{Signature, Signer as _};

use super::{PackDocument, PackError, PackPublicKey, PackSigningKey, SealedPack};
use crate::skill::{Sha256Digest, Timestamp};

impl SealedPack {
    /// Signs a document.
    ///
    /// # Errors
    /// Fails where the document would not be taken, now or for its time.
    pub fn sign(document: &PackDocument, key: &PackSigningKey) -> Result<Self, PackError> {
        let payload = serde_json::to_vec(document).map_err(|error| PackError::Document(error.to_string()))?;
        PackDocument::parse(&payload)?.check_time(document.issued_at)?;
        let pack = Self::sign_payload(payload, key);
        let size_bytes = pack.to_bytes().len();
        if size_bytes > super::PACK_BYTES {
            return Err(PackError::TooLong { size_bytes, limit: super::PACK_BYTES });
        }
        Ok(pack)
    }

    pub(super) fn sign_payload(payload: Vec<u8>, key: &PackSigningKey) -> Self {
        let signature = key.pair.sign(&Self::signed_bytes(&payload)).to_bytes();
        Self { payload, key_id: key.public().id(), signature }
    }

    /// Checks the signature with the pinned key that it names, and only then reads what was
    /// signed, and holds it against the time.
    ///
    /// # Errors
    /// Fails where no pinned key has signed exactly these bytes, or they say what cannot be, or
    /// are not good at this time.
    pub fn open(&self, keys: &[PackPublicKey], now: Timestamp) -> Result<PackDocument, PackError> {
        let key = keys.iter().find(|key| key.id() == self.key_id);
        let key = key.ok_or_else(|| PackError::ForeignKey(self.key_id.clone()))?;
        // Strict: one signature has one spelling, and the few keys for which anything is one
        // are refused (RFC 8032, section 8.4).
        key.key
            .verify_strict(&Self::signed_bytes(&self.payload), &Signature::from_bytes(&self.signature))
            .map_err(|_| PackError::Signature(self.key_id.clone()))?;
        let document = PackDocument::parse(&self.payload)?;
        document.check_time(now)?;
        Ok(document)
    }

    /// Returns the digest of what was signed: another one under the same version is another
    /// pack.
    pub fn payload_digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.payload)
    }

    /// Returns the name of the key that the pack says to be signed by.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}
