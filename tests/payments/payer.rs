//! What a client sends that pays.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::service::NOW_SECONDS;

pub const PAY_TO: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
pub const PAYER: &str = "0x857b06519E91e3A54538791bDbb0E22373e36b66";

/// A payment of version 2 with a nonce of its own, as a client makes it of an offer.
pub fn payment(nonce: u32) -> Value {
    json!({
        "x402Version": 2,
        "accepted": {
            "scheme": "exact", "network": "eip155:8453", "amount": "2000",
            "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "payTo": PAY_TO, "maxTimeoutSeconds": 300,
            "extra": { "name": "USD Coin", "version": "2" },
        },
        "payload": payload(nonce),
    })
}

/// A payment of version 1.
pub fn payment_v1(nonce: u32) -> Value {
    json!({ "x402Version": 1, "scheme": "exact", "network": "base", "payload": payload(nonce) })
}

/// A payment of version 2 with a name.
pub fn named(nonce: u32, name: &str) -> Value {
    let mut payment = payment(nonce);
    payment["extensions"] = json!({ "payment-identifier": { "info": { "required": false, "id": name } } });
    payment
}

fn payload(nonce: u32) -> Value {
    json!({
        "signature": format!("0x{}{}1b", "2d".repeat(32), "6b".repeat(32)),
        "authorization": {
            "from": PAYER, "to": PAY_TO, "value": "2000",
            "validAfter": (NOW_SECONDS - 600).to_string(), "validBefore": (NOW_SECONDS + 300).to_string(),
            "nonce": format!("0x{nonce:064x}"),
        },
    })
}

pub fn encode(message: &Value) -> String {
    STANDARD.encode(message.to_string())
}

pub fn decode(header: Option<&str>) -> Value {
    let bytes = STANDARD.decode(header.expect("the header is there")).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}
