//! What a server wants for a call.

use std::str::FromStr;

use alloy_primitives::Address;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{ChallengeError, Token, Usd};

/// Bytes of the header. What the field sends is some kilobytes long.
const HEADER_BYTES: usize = 64 * 1024;
/// Entries of an offer that are looked at.
const OFFERS: usize = 32;

/// What a server wants for a call: `PaymentRequired` of x402 version 2, section 5.1.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// The entries, each as it was written.
    pub(super) accepts: Vec<Value>,
    /// The resource, as it was written.
    pub(super) resource: Option<Value>,
    /// The extensions, as they were written.
    pub(super) extensions: Map<String, Value>,
}

/// An entry of a challenge that a wallet can pay: `exact`, in USDC on a known network.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The token.
    pub token: &'static Token,
    /// What it costs.
    pub price: Usd,
    /// Who is paid.
    pub pay_to: Address,
    /// For how many seconds the payment has to be good.
    pub timeout_seconds: u64,
    /// The entry as it was written, which the payment repeats.
    pub(super) entry: Value,
}

impl Challenge {
    /// Reads the header [`REQUIRED_HEADER`](super::REQUIRED_HEADER).
    ///
    /// # Errors
    /// Fails where it is no challenge of version 2.
    pub fn parse(header: &str) -> Result<Self, ChallengeError> {
        if header.len() > HEADER_BYTES {
            return Err(ChallengeError::Size { limit: HEADER_BYTES });
        }
        let form = |reason: String| ChallengeError::Form { reason };
        let bytes = STANDARD.decode(header.trim()).map_err(|error| form(error.to_string()))?;
        let mut body: Value = serde_json::from_slice(&bytes).map_err(|error| form(error.to_string()))?;
        if body["x402Version"] != 2 {
            return Err(ChallengeError::Version { version: body["x402Version"].to_string() });
        }
        let Value::Array(mut accepts) = body["accepts"].take() else {
            return Err(form("it has no list `accepts`".to_owned()));
        };
        accepts.truncate(OFFERS);
        let resource = Some(body["resource"].take()).filter(Value::is_object);
        let extensions = match body["extensions"].take() {
            Value::Object(extensions) => extensions,
            _ => Map::new(),
        };
        Ok(Self { accepts, resource, extensions })
    }

    /// Returns what can be paid, the cheapest first, and what is wrong with the rest.
    pub fn offers(&self) -> (Vec<Offer>, Vec<String>) {
        let (mut offers, mut reasons) = (Vec::new(), Vec::new());
        for entry in &self.accepts {
            match Offer::read(entry) {
                Ok(offer) => offers.push(offer),
                Err(reason) => reasons.push(reason),
            }
        }
        offers.sort_by_key(|offer| offer.price);
        (offers, reasons)
    }
}

impl Offer {
    fn read(entry: &Value) -> Result<Self, String> {
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        if text("scheme") != "exact" {
            return Err(format!("the scheme {} is not `exact`", entry["scheme"]));
        }
        let token =
            Token::on(text("network")).ok_or_else(|| format!("the network {} is not known", entry["network"]))?;
        let is_usdc = Address::from_str(text("asset")).is_ok_and(|asset| asset == token.address);
        if !is_usdc {
            return Err(format!("the asset {} is not USDC on {}", entry["asset"], token.network_name));
        }
        let extra = &entry["extra"];
        let is_said = |name: &str, expected: &str| extra[name].is_null() || extra[name] == expected;
        if !is_said("assetTransferMethod", "eip3009") {
            return Err(format!("the transfer method {} is not `eip3009`", extra["assetTransferMethod"]));
        }
        if !is_said("name", token.domain_name) || !is_said("version", token.domain_version) {
            return Err(format!("the token is named {} and not \"{}\"", extra["name"], token.domain_name));
        }
        let units = text("amount").parse::<u64>().ok().filter(|units| *units > 0);
        let units = units.ok_or_else(|| format!("the amount {} is none", entry["amount"]))?;
        let pay_to = Address::from_str(text("payTo")).ok().filter(|address| !address.is_zero());
        let pay_to = pay_to.ok_or_else(|| format!("the recipient {} is no address", entry["payTo"]))?;
        let timeout_seconds = entry["maxTimeoutSeconds"].as_u64().filter(|seconds| *seconds > 0);
        let timeout_seconds =
            timeout_seconds.ok_or_else(|| format!("the time {} is none", entry["maxTimeoutSeconds"]))?;
        Ok(Self { token, price: Usd::from_units(units), pay_to, timeout_seconds, entry: entry.clone() })
    }
}
