//! What a client sent as a payment, and how it is read.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::PaymentRefusal;

/// Longest payment, in bytes, in base64 or as a message. A payment has less than two thousand; its signature may be long.
const PAYMENT_BYTES: usize = 16 * 1024;

/// What a client sent as a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum PaymentProof {
    /// The header `PAYMENT-SIGNATURE` of version 2, base64 of JSON.
    SignatureHeader(String),
    /// The header `X-PAYMENT` of version 1, base64 of JSON.
    PaymentHeader(String),
    /// A message of MCP, of either version.
    Message(Value),
    /// One of the headers, given twice or not in ASCII.
    Unreadable,
    /// A proof of another protocol, such as `Authorization: Payment`.
    Foreign,
}

/// Versions of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Offers in bodies, networks by name.
    One,
    /// Offers in headers, networks by CAIP-2.
    Two,
}

impl Version {
    /// Returns the number.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl PaymentProof {
    /// Reads the message, and finds out which version it speaks.
    pub(super) fn read(&self) -> Result<(Version, Value), PaymentRefusal> {
        let invalid = |detail: &str| PaymentRefusal::malformed("invalid_payload", detail);
        let (message, expected) = match self {
            Self::SignatureHeader(header) => (decode("PAYMENT-SIGNATURE", header)?, Some(Version::Two)),
            Self::PaymentHeader(header) => (decode("X-PAYMENT", header)?, Some(Version::One)),
            Self::Message(message) if message.to_string().len() > PAYMENT_BYTES => {
                return Err(invalid("the payment is longer than 16 KiB"));
            }
            Self::Message(message) => (message.clone(), None),
            Self::Unreadable => return Err(invalid("the payment header is given twice, or is not ASCII")),
            Self::Foreign => return Err(invalid("the payment is not one of x402")),
        };
        let version = match message.get("x402Version").and_then(Value::as_u64) {
            Some(1) => Version::One,
            Some(2) => Version::Two,
            _ if message.is_object() => {
                let detail = "x402Version is neither 1 nor 2, which are what this service speaks";
                return Err(PaymentRefusal::malformed("invalid_x402_version", detail));
            }
            _ => return Err(invalid("the payment is not a JSON object")),
        };
        match expected {
            Some(expected) if expected != version => Err(PaymentRefusal::malformed(
                "invalid_x402_version",
                "x402Version is another than that of the header: PAYMENT-SIGNATURE is version 2, X-PAYMENT version 1",
            )),
            _ => Ok((version, message)),
        }
    }
}

fn decode(name: &str, header: &str) -> Result<Value, PaymentRefusal> {
    let invalid = |detail: String| PaymentRefusal::malformed("invalid_payload", detail);
    if header.len() > PAYMENT_BYTES {
        return Err(invalid(format!("{name} has {} bytes, the limit is {PAYMENT_BYTES}", header.len())));
    }
    // Clients disagree about the alphabet and the padding.
    let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let decoded = engines.iter().find_map(|engine| engine.decode(header.trim()).ok());
    let decoded = decoded.ok_or_else(|| invalid(format!("{name} is not base64")))?;
    serde_json::from_slice(&decoded).map_err(|_| invalid(format!("{name} is not base64 of JSON")))
}
