//! The extension `payment-identifier`: a client names its payment, and gets the same answer
//! again where it asks again.

use std::fmt;

use serde_json::{Value, json};

use super::PaymentRefusal;

/// The name of the extension.
pub const PAYMENT_IDENTIFIER: &str = "payment-identifier";

/// A name that a client gave to a payment: 16 to 128 letters, digits, hyphens and underscores.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PaymentIdentifier(String);

impl PaymentIdentifier {
    /// Reads what a client added to the extensions of its payment, if it did.
    pub(super) fn find(extensions: &serde_json::Map<String, Value>) -> Result<Option<Self>, PaymentRefusal> {
        let id = extensions.get(PAYMENT_IDENTIFIER).and_then(|extension| extension.pointer("/info/id"));
        let Some(id) = id else { return Ok(None) };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match id.as_str() {
            Some(id) if (16..=128).contains(&id.len()) && id.bytes().all(is_plain) => Ok(Some(Self(id.to_owned()))),
            _ => Err(PaymentRefusal::malformed(
                "invalid_payload",
                "the id of the extension payment-identifier is not 16 to 128 letters, digits, hyphens and underscores",
            )),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says in an offer that a payment may be named.
    pub(super) fn declaration() -> Value {
        let id = json!({ "type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[a-zA-Z0-9_-]+$" });
        json!({
            "info": { "required": false },
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": { "required": { "type": "boolean" }, "id": id },
                "required": ["required"],
            },
        })
    }
}

impl fmt::Display for PaymentIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
