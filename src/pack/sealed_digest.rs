//! A signature on a digest: what is behind it is too long to be carried in an envelope.

use ed25519_dalek::{Signature, Signer as _};

use super::envelope::{Sealed, pre_authentication};
use super::{PackError, PackPublicKey, PackSigningKey};
use crate::skill::Sha256Digest;

/// What the payload is (DSSE: `payloadType`): the digest of the manifest of a snapshot, as text.
const SNAPSHOT_TYPE: &str = "application/vnd.touchmark.snapshot-digest.v2+text";

/// Signs the digest of a snapshot, and writes the envelope.
pub fn sign_snapshot(digest: Sha256Digest, key: &PackSigningKey) -> Vec<u8> {
    let payload = digest.to_string().into_bytes();
    let signature = key.pair.sign(&pre_authentication(SNAPSHOT_TYPE, &payload)).to_bytes();
    Sealed { payload, key_id: key.public().id(), signature }.to_bytes(SNAPSHOT_TYPE)
}

/// Checks that one of `keys` has signed the digest of a snapshot; returns which.
///
/// # Errors
/// Fails where the envelope is none, or says something else, or no key of these has signed it.
pub fn check_snapshot(envelope: &[u8], digest: Sha256Digest, keys: &[PackPublicKey]) -> Result<String, PackError> {
    let Sealed { payload, key_id, signature } = Sealed::parse(envelope, SNAPSHOT_TYPE)?;
    let key = keys.iter().find(|key| key.id() == key_id).ok_or_else(|| PackError::ForeignKey(key_id.clone()))?;
    let is_of_digest = payload == digest.to_string().into_bytes();
    // Strict, as for packs (RFC 8032, section 8.4).
    let is_signed =
        key.key.verify_strict(&pre_authentication(SNAPSHOT_TYPE, &payload), &Signature::from_bytes(&signature)).is_ok();
    if is_of_digest && is_signed { Ok(key_id) } else { Err(PackError::Signature(key_id)) }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn key(byte: u8) -> PackSigningKey {
        PackSigningKey::parse(&format!("touchmark-pack-key-v1:{}", STANDARD.encode([byte; 32]))).expect("a key")
    }

    #[test]
    fn only_a_pinned_key_over_this_digest_is_taken() {
        let (digest, other) = (Sha256Digest::of(b"manifest"), Sha256Digest::of(b"other"));
        let good = sign_snapshot(digest, &key(1));
        let pinned = [key(9).public(), key(1).public()];
        assert_eq!(check_snapshot(&good, digest, &pinned), Ok(key(1).public().id()));
        let renamed = String::from_utf8(sign_snapshot(digest, &key(2))).expect("text");
        let renamed = renamed.replace(&key(2).public().id(), &key(1).public().id()).into_bytes();
        let rows: [(&str, Vec<u8>, Sha256Digest, &[PackPublicKey]); 7] = [
            ("another digest", good.clone(), other, &pinned),
            ("another key", sign_snapshot(digest, &key(2)), digest, &pinned),
            ("another key under the name of a pinned one", renamed, digest, &pinned),
            ("no key", good.clone(), digest, &[]),
            ("cut off", good[..good.len() - 1].to_vec(), digest, &pinned),
            ("a space more", [good.as_slice(), b" "].concat(), digest, &pinned),
            ("nothing", Vec::new(), digest, &pinned),
        ];
        for (what, envelope, digest, keys) in rows {
            assert!(check_snapshot(&envelope, digest, keys).is_err(), "{what}");
        }
    }
}
