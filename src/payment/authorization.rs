//! What a payer signs: a transfer of an exact amount (EIP-3009, `transferWithAuthorization`).

use serde::Deserialize;

use super::{Address, PaymentRefusal, Terms};
use crate::skill::Timestamp;

/// Seconds that an authorization has to be good for when it arrives: facilitators refuse one
/// that would run out while it is settled.
const LEAST_SECONDS: u64 = 6;
/// Seconds after which an authorization has to have run out: until then nobody can say that
/// an unanswered settlement never happened, and a chain is searched no further back.
const MOST_SECONDS: u64 = 3_600;
/// Shortest signature, in bytes: an r and an s (EIP-2098).
const SIGNATURE_LEAST: usize = 64;
/// Longest, in bytes: that of a wallet that is a contract, with what is needed to create it
/// (EIP-6492).
const SIGNATURE_MOST: usize = 4_096;

/// The payload of the scheme `exact`, as it is written. It has no other fields: a facilitator
/// could settle another transfer that stands beside the one that was read here, such as
/// `permit2Authorization`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPayload {
    signature: String,
    authorization: WrittenAuthorization,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenAuthorization {
    from: String,
    to: String,
    value: String,
    valid_after: String,
    valid_before: String,
    nonce: String,
}

/// A signed authorization whose every field could be read. Whether the signature is good, only
/// a facilitator can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Who pays, by its own word.
    pub payer: Address,
    /// Who is paid.
    pub to: Address,
    /// How much, in atomic units, without zeros at the front.
    pub value: String,
    /// From when it is good, in seconds since 1970.
    pub valid_after: u64,
    /// Until when it is good, in seconds since 1970.
    pub valid_before: u64,
    /// What makes it unique for its payer and token.
    pub nonce: [u8; 32],
    /// The signature.
    pub signature: Vec<u8>,
}

impl Authorization {
    /// Reads an authorization.
    pub(super) fn parse(written: &WrittenPayload) -> Result<Self, PaymentRefusal> {
        let WrittenPayload { signature, authorization } = written;
        let address = |name: &str, text: &str| {
            Address::read(text).map_err(|error| {
                PaymentRefusal::malformed("invalid_payload", format!("payload.authorization.{name} is {error}"))
            })
        };
        let seconds = |name: &str, text: &str| {
            digits(text).map(|digits| digits.parse().unwrap_or(u64::MAX)).ok_or_else(|| number(name))
        };
        let mut nonce = [0; 32];
        unprefixed(&authorization.nonce).and_then(|digits| hex::decode_to_slice(digits, &mut nonce).ok()).ok_or_else(
            || {
                let detail = "payload.authorization.nonce is not 0x and 64 hexadecimal digits";
                PaymentRefusal::malformed("invalid_payload", detail)
            },
        )?;
        Ok(Self {
            payer: address("from", &authorization.from)?,
            to: address("to", &authorization.to)?,
            value: digits(&authorization.value).ok_or_else(|| number("value"))?.to_owned(),
            valid_after: seconds("validAfter", &authorization.valid_after)?,
            valid_before: seconds("validBefore", &authorization.valid_before)?,
            nonce,
            signature: parse_signature(signature)?,
        })
    }

    /// Checks that it pays `terms` at `now`.
    pub(super) fn check(&self, terms: &Terms, now: Timestamp) -> Result<(), PaymentRefusal> {
        let now = u64::try_from(now.as_milliseconds() / 1_000).unwrap_or(0);
        let mismatch = |reason, detail: String| Err(PaymentRefusal::mismatch(reason, detail));
        if self.to != *terms.pay_to() {
            let detail = format!("the authorization pays {}, expected {}", self.to, terms.pay_to());
            return mismatch("invalid_exact_evm_payload_recipient_mismatch", detail);
        }
        if self.value != terms.units().to_string() {
            let detail = format!("the authorization is for {} units, expected exactly {}", self.value, terms.units());
            return mismatch("invalid_exact_evm_payload_authorization_value_mismatch", detail);
        }
        if self.valid_after > now {
            let detail = format!("the authorization is good from {} on, and it is {now}", self.valid_after);
            return mismatch("invalid_exact_evm_payload_authorization_valid_after", detail);
        }
        if self.valid_before < now + LEAST_SECONDS {
            let detail = format!("the authorization is good until {}, and it is {now}", self.valid_before);
            return mismatch("invalid_exact_evm_payload_authorization_valid_before", detail);
        }
        if self.valid_before > now + MOST_SECONDS {
            let detail =
                "the authorization is good for more than an hour; sign one for the maxTimeoutSeconds of the offer";
            return mismatch("invalid_exact_evm_payload_authorization_valid_before", detail.to_owned());
        }
        Ok(())
    }
}

fn parse_signature(text: &str) -> Result<Vec<u8>, PaymentRefusal> {
    let malformed = |detail: &str| PaymentRefusal::malformed("invalid_exact_evm_payload_signature", detail);
    let signature = unprefixed(text).and_then(|digits| hex::decode(digits).ok());
    let signature = signature.ok_or_else(|| malformed("payload.signature is not 0x and hexadecimal digits"))?;
    if !(SIGNATURE_LEAST..=SIGNATURE_MOST).contains(&signature.len()) {
        return Err(malformed("payload.signature has not 64 to 4096 bytes"));
    }
    // Of an account without a contract: r, s and a parity.
    let is_empty = |part: &[u8]| part.iter().all(|byte| *byte == 0);
    if signature.len() == 65
        && (is_empty(&signature[..32]) || is_empty(&signature[32..64]) || !matches!(signature[64], 0 | 1 | 27 | 28))
    {
        return Err(malformed("payload.signature is no signature: r, s or v is out of range"));
    }
    Ok(signature)
}

fn unprefixed(text: &str) -> Option<&str> {
    text.strip_prefix("0x")
}

/// A whole number of at most 256 bits, as it is written without zeros at its front.
fn digits(text: &str) -> Option<&str> {
    let is_number = !text.is_empty() && text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (text == "0" || !text.starts_with('0'))).then_some(text)
}

fn number(name: &str) -> PaymentRefusal {
    let detail = format!("payload.authorization.{name} is not a whole number, written as a text of digits");
    PaymentRefusal::malformed("invalid_payload", detail)
}
