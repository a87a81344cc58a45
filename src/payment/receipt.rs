//! The receipt: what a payer hears of the settlement (`SettlementResponse`).

use serde_json::{Value, json};

use super::proof::Version;
use super::{Payment, Settled};

/// What a payer hears of the settlement, in the version of the protocol that it speaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The version.
    pub version: Version,
    /// The `SettlementResponse`, which is the same in both but for the name of the network.
    pub response: Value,
}

impl Receipt {
    /// The payment is on the chain.
    pub fn settled(payment: &Payment, settled: &Settled) -> Self {
        let response = json!({
            "success": true,
            "transaction": settled.transaction,
            "network": payment.network(),
            "payer": payment.authorization.payer.to_string(),
            "amount": payment.terms.units().to_string(),
        });
        Self { version: payment.version, response }
    }

    /// The payment was refused when it was to be settled.
    pub fn failed(payment: &Payment, reason: &str) -> Self {
        let response = json!({
            "success": false,
            "errorReason": reason,
            "transaction": "",
            "network": payment.network(),
            "payer": payment.authorization.payer.to_string(),
        });
        Self { version: payment.version, response }
    }
}
