//! What a server says became of a payment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// What a server says became of a payment: `SettlementResponse` of x402 version 2, section 5.3.
/// All of it is the server's word, not sanitised; the chain has the last one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Whether it was taken.
    pub success: bool,
    /// The hash of the transaction; empty where there is none.
    #[serde(default)]
    pub transaction: String,
    /// The network, in CAIP-2.
    #[serde(default)]
    pub network: String,
    /// Why it was not taken.
    #[serde(default)]
    pub error_reason: Option<String>,
}

impl Receipt {
    /// Reads the header [`RESPONSE_HEADER`](super::RESPONSE_HEADER); a text that is none gives
    /// nothing.
    pub fn parse(header: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(header.trim()).ok()?).ok()
    }
}
