//! A list of signatures, read from JSON in the shape of `/v1/signatures`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::Signature;
use crate::skill::{Sha256Digest, sanitise_line};

/// Bytes of a pack.
const PACK_BYTES: usize = 4 * 1024 * 1024;
/// Signatures of a pack.
const SIGNATURES: usize = 10_000;
/// Characters of a fault in a message.
const FAULT_CHARACTERS: usize = 400;

/// A list of signatures that were checked one by one.
#[derive(Debug, Clone)]
pub struct SignaturePack {
    signatures: Vec<Signature>,
    digest: Sha256Digest,
    is_builtin: bool,
}

/// Why signatures cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The text is too long to be read.
    #[error("the signatures have {size_bytes} bytes, the limit is {PACK_BYTES}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// There are too many of them.
    #[error("there are {count} signatures, the limit is {limit}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// There are too many of the kind that costs most.
    #[error(
        "there are {count} regular expressions, the limit is {limit}; hosts, URLs and strings have kinds of their own"
    )]
    TooManyRegexes {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The text is not a list of signatures.
    #[error("not a list of signatures: {0}")]
    Shape(String),
    /// A signature cannot be used.
    #[error("signature {place}: {fault}")]
    Signature {
        /// Its id, or its number in the list.
        place: String,
        /// What is wrong with it.
        fault: String,
    },
    /// All regular expressions together are too large.
    #[error("the regular expressions together are too large: {0}")]
    TooLarge(String),
}

/// The list with what `/v1/signatures` says around it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    signatures: Vec<Value>,
    #[serde(default, rename = "total")]
    _total: Value,
    #[serde(default, rename = "since")]
    _since: Value,
    #[serde(default, rename = "next_sync_token")]
    _next_sync_token: Value,
    #[serde(default, rename = "withdrawn")]
    _withdrawn: Value,
}

impl SignaturePack {
    /// Reads a pack.
    ///
    /// # Errors
    /// Fails with the first signature that cannot be used: a list of indicators that is only
    /// partly looked for would give verdicts that mean less than they say.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        if text.len() > PACK_BYTES {
            return Err(SignatureError::TooLong { size_bytes: text.len() });
        }
        let envelope: Envelope = serde_json::from_str(text)
            .map_err(|error| SignatureError::Shape(sanitise_line(&error.to_string(), FAULT_CHARACTERS)))?;
        let count = envelope.signatures.len();
        if count > SIGNATURES {
            return Err(SignatureError::TooMany { count, limit: SIGNATURES });
        }
        let mut seen = BTreeSet::new();
        let mut signatures = Vec::with_capacity(count);
        for (index, value) in envelope.signatures.into_iter().enumerate() {
            let place = value["id"].as_str().map_or_else(|| format!("#{}", index + 1), |id| sanitise_line(id, 100));
            let refuse = |fault: &str| SignatureError::Signature {
                place: place.clone(),
                fault: sanitise_line(fault, FAULT_CHARACTERS),
            };
            let signature: Signature = serde_json::from_value(value).map_err(|error| refuse(&error.to_string()))?;
            if let Some(fault) = signature.fault() {
                return Err(refuse(&fault));
            }
            if !seen.insert(signature.id.clone()) {
                return Err(refuse("the id is used twice"));
            }
            signatures.push(signature);
        }
        Ok(Self { signatures, digest: Sha256Digest::of(text.as_bytes()), is_builtin: false })
    }

    /// Returns the signatures of this program.
    pub fn builtin() -> Self {
        let pack = Self::parse(include_str!("../../../index/signatures/general.json"));
        Self { is_builtin: true, ..pack.expect("the built-in signatures are checked by a test") }
    }

    /// Returns the signatures in the order of the list.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Returns the digest of the text that was read.
    pub fn digest(&self) -> Sha256Digest {
        self.digest
    }

    /// Tells whether these are the signatures of this program.
    pub(super) fn is_builtin(&self) -> bool {
        self.is_builtin
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scan::{Phase, SignatureKind};

    fn pack(change: Value) -> Result<SignaturePack, SignatureError> {
        let mut signature = json!({
            "id": "sig_1", "phase": 3, "name": "drop", "description": "A place of a campaign", "kind": "host",
            "pattern": "drop.example", "severity": "high", "weight": 5, "ecosystem": "any",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
        });
        for (key, value) in change.as_object().expect("a change is an object") {
            signature[key] = value.clone();
        }
        SignaturePack::parse(&json!({ "signatures": [signature], "total": 1, "next_sync_token": "x" }).to_string())
    }

    #[test]
    fn a_pack_is_read_as_the_api_writes_it() {
        let read = pack(json!({})).expect("a pack");
        assert_eq!(read.signatures()[0].phase, Phase::NetworkExfil);
        let named = pack(json!({ "phase": "agent_control" })).expect("a pack");
        assert_eq!(named.signatures()[0].phase, Phase::AgentControl);
        assert_ne!(read.digest(), named.digest());
        let mut old = json!({
            "id": "sig_002", "phase": 2, "name": "x", "description": "x", "pattern": "pickle\\.loads?\\s*\\(",
            "severity": "high", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
        });
        old["weight"] = json!(5);
        let read = SignaturePack::parse(&json!({ "signatures": [old] }).to_string()).expect("the contract's example");
        assert_eq!(read.signatures()[0].kind, SignatureKind::Regex);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_id() {
        for (change, word) in [
            (json!({ "id": "a b" }), "id"),
            (json!({ "phase": 9 }), "expected a number from 1 to 8"),
            (json!({ "severity": "bad" }), "unknown variant `bad`"),
            (json!({ "colour": "red" }), "colour"),
            (json!({ "pattern": "https://drop.example/x" }), "without scheme"),
            (json!({ "kind": "ip", "pattern": "300.1.1.1" }), "IP address"),
            (json!({ "kind": "sha256", "pattern": "12" }), "64 hex digits"),
            (json!({ "kind": "string", "pattern": "abc" }), "4 bytes"),
            (json!({ "kind": "url", "pattern": "drop.example" }), "scheme"),
            (json!({ "pattern": "x".repeat(2_000) }), "1024"),
            (json!({ "created_at": "yesterday" }), "date-time"),
        ] {
            let error = pack(change.clone()).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(word) && error.starts_with("signature "), "{change} {error}");
        }
        assert!(matches!(SignaturePack::parse("[]"), Err(SignatureError::Shape(_))));
        assert!(matches!(SignaturePack::parse(&" ".repeat(PACK_BYTES + 1)), Err(SignatureError::TooLong { .. })));
    }

    #[test]
    fn the_built_in_signatures_are_notes_for_auditors() {
        for signature in SignaturePack::builtin().signatures() {
            // They are general facts: a verdict takes more than the name of a well-known host.
            assert_eq!(signature.persona, crate::scan::Persona::Auditor, "{}", signature.id);
        }
    }
}
