//! Why a call is not paid.

use super::Usd;

/// Why a challenge cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// It is longer than any offer.
    #[error("the offer is longer than {limit} bytes")]
    Size {
        /// The limit in bytes.
        limit: usize,
    },
    /// It is not base64 of JSON.
    #[error("the offer is not base64 of JSON: {reason}")]
    Form {
        /// What is wrong with it.
        reason: String,
    },
    /// It speaks another version of the protocol.
    #[error("the offer speaks version {version} of x402, and this program version 2")]
    Version {
        /// The version.
        version: String,
    },
}

/// Why a call is not paid. Nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// The server wants what the wallet does not pay.
    #[error(
        "the server offers nothing that is paid here, which is USDC on Base or Base Sepolia by EIP-3009: {reasons}"
    )]
    Unpayable {
        /// What is wrong with each entry; text of a server, not sanitised.
        reasons: String,
    },
    /// It costs more than what was allowed.
    #[error("it costs {price} USDC, which is more than the {most} of --max-price")]
    TooDear {
        /// What the cheapest entry costs.
        price: Usd,
        /// The most that may be paid.
        most: Usd,
    },
    /// The payment could not be signed.
    #[error("the payment could not be signed: {reason}")]
    Signature {
        /// What failed.
        reason: String,
    },
}
