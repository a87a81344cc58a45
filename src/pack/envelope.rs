//! A pack as a file: what was signed, and the signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::PackError;
use crate::skill::sanitise_line;

/// Bytes of a pack.
pub const PACK_BYTES: usize = 12 * 1024 * 1024;
/// What the payload of every pack is (DSSE: `payloadType`). It is signed as well, so that
/// nothing else that a key signs is taken for a pack.
const PAYLOAD_TYPE: &str = "application/vnd.touchmark.signature-pack.v1+json";
/// Characters of the name of a key: the beginning of the digest of its public half.
const KEY_ID_BYTES: usize = 16;

/// A pack that was read and not yet held against a key: what it says is worth nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPack {
    pub(super) payload: Vec<u8>,
    pub(super) key_id: String,
    pub(super) signature: [u8; 64],
}

/// The envelope of DSSE. The order of the fields is that of its specification.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// What was signed, of any type, and the signature.
pub(super) struct Sealed {
    pub(super) payload: Vec<u8>,
    pub(super) key_id: String,
    pub(super) signature: [u8; 64],
}

impl SealedPack {
    /// Reads a file.
    ///
    /// # Errors
    /// Fails where it is too long, no envelope with one signature, or not written as
    /// [`SealedPack::to_bytes`] writes it: no byte can change and leave a pack as it was.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let Sealed { payload, key_id, signature } = Sealed::parse(bytes, PAYLOAD_TYPE)?;
        Ok(Self { payload, key_id, signature })
    }

    /// Writes the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { payload, key_id, signature } = self.clone();
        Sealed { payload, key_id, signature }.to_bytes(PAYLOAD_TYPE)
    }

    /// Returns what is signed.
    #[cfg(feature = "service")]
    pub(super) fn signed_bytes(payload: &[u8]) -> Vec<u8> {
        pre_authentication(PAYLOAD_TYPE, payload)
    }
}

impl Sealed {
    /// Reads an envelope of one type, in its one spelling.
    pub(super) fn parse(bytes: &[u8], payload_type: &str) -> Result<Self, PackError> {
        if bytes.len() > PACK_BYTES {
            return Err(PackError::TooLong { size_bytes: bytes.len(), limit: PACK_BYTES });
        }
        let refuse = |text: &str| PackError::Envelope(sanitise_line(text, 300));
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| refuse(&error.to_string()))?;
        if envelope.payload_type != payload_type {
            return Err(refuse(&format!("payloadType is {:?}, expected {payload_type}", envelope.payload_type)));
        }
        let [signature] = envelope.signatures.as_slice() else {
            return Err(refuse(&format!("it has {} signatures, expected one", envelope.signatures.len())));
        };
        let is_key_id = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if signature.keyid.len() != KEY_ID_BYTES || !signature.keyid.bytes().all(is_key_id) {
            return Err(refuse("keyid is no 16 hex digits"));
        }
        let decode =
            |field: &str, text: &str| STANDARD.decode(text).map_err(|error| refuse(&format!("{field}: {error}")));
        let sealed = Self {
            payload: decode("payload", &envelope.payload)?,
            key_id: signature.keyid.clone(),
            signature: decode("sig", &signature.sig)?.try_into().map_err(|_| refuse("sig has not 64 bytes"))?,
        };
        if sealed.to_bytes(payload_type) != bytes {
            return Err(refuse("it is not written as a pack is: one line of JSON, without spaces"));
        }
        Ok(sealed)
    }

    pub(super) fn to_bytes(&self, payload_type: &str) -> Vec<u8> {
        let signature = EnvelopeSignature { keyid: self.key_id.clone(), sig: STANDARD.encode(self.signature) };
        let envelope = Envelope {
            payload: STANDARD.encode(&self.payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![signature],
        };
        serde_json::to_vec(&envelope).expect("an envelope of texts is JSON")
    }
}

/// Returns what is signed: type and payload with their lengths (DSSE: PAE), so that neither
/// runs into the other.
#[cfg(feature = "service")]
pub(super) fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
