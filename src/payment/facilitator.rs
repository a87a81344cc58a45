//! Who checks a payment and puts it on the chain: the seam between the order in which a paid
//! call runs and the programs that know a chain.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a facilitator is asked: the body of `POST /verify` and of `POST /settle` (x402
/// specification v2, section 7, and v1, section 7), which is the same for both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FacilitatorRequest {
    /// The version of the protocol that the payment speaks: 1 or 2.
    pub x402_version: u8,
    /// The payment as its payer wrote it, decoded from base64.
    pub payment_payload: Value,
    /// The entry of the offer that it pays, as it was offered.
    pub payment_requirements: Value,
}

/// A payment that a facilitator found to be good: signed, funded, not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Address of the payer.
    pub payer: String,
}

/// A payment that is on the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Address of the payer.
    pub payer: String,
    /// Hash of the transaction.
    pub transaction: String,
    /// The chain as the payment names it: CAIP-2 in version 2 (`eip155:8453`), a name in
    /// version 1 (`base`).
    pub network: String,
}

/// Why a facilitator did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FacilitatorFailure {
    /// The payment is no good. Nothing was moved, and nothing will be.
    #[error("the payment was refused: {reason}")]
    Refused {
        /// The error code of the protocol (specification v2, section 9), such as
        /// `insufficient_funds`; text of others, to be sanitised by whoever shows it.
        reason: String,
        /// The status that the facilitator answered with, where it was not 2xx: 400 to 499.
        status: Option<u16>,
        /// Address of the payer, where the facilitator read it.
        payer: Option<String>,
    },
    /// The facilitator or its chain gave no usable answer. Nothing is known to have moved; after
    /// a request to settle, something may have.
    #[error("the payment facilitator gave no usable answer: {detail}")]
    Unavailable {
        /// What went wrong, for the log.
        detail: String,
        /// The status that the facilitator answered with, where it was 5xx.
        status: Option<u16>,
    },
}

/// Whether a payment that was to be settled is on the chain, asked afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is, with the hash of the transaction where that could be found.
    Done(Option<String>),
    /// It is not, and the time in which it could be is over.
    Never,
    /// It is not yet, or nobody could say.
    Unknown,
}

/// A facilitator. It keeps to a timeout of its own: whoever calls waits for it.
#[async_trait]
pub trait Facilitator: Send + Sync {
    /// Checks a payment without moving anything.
    async fn verify(&self, request: &FacilitatorRequest) -> Result<Verified, FacilitatorFailure>;

    /// Puts a payment on the chain and waits until it is there.
    async fn settle(&self, request: &FacilitatorRequest) -> Result<Settled, FacilitatorFailure>;

    /// Finds out what became of a request to settle that was never answered. One that has no
    /// access to a chain answers [`Settlement::Unknown`].
    async fn settlement(&self, _request: &FacilitatorRequest) -> Settlement {
        Settlement::Unknown
    }
}
