//! Paying for a call with x402: a key, the most that may be paid, and the signed payment.
//!
//! The room reads what a server offers ([`Challenge`]), chooses what a [`Wallet`] may pay of it,
//! and signs a transfer of USDC (EIP-3009) that is good for that one offer. It sends nothing:
//! whoever asks the server adds the header. What a server says is believed in nothing but the
//! amount and the recipient, of which the one is bounded and the other shown.
//!
//! Start at [`Wallet::pay`].

mod challenge;
mod error;
mod payment;
mod private_key;
mod receipt;
mod signer;
#[cfg(test)]
mod tests;
mod token;
mod usd;

pub use challenge::{Challenge, Offer};
pub use error::{ChallengeError, PaymentError};
pub use payment::Payment;
pub use private_key::{PrivateKey, PrivateKeyError};
pub use receipt::Receipt;
pub use signer::{Wallet, signing_hash};
pub use token::Token;
pub use usd::{Usd, UsdError};

/// Header in which a server says what a call costs: base64 of JSON.
pub const REQUIRED_HEADER: &str = "payment-required";
/// Header in which a call is paid: base64 of JSON.
pub const SIGNATURE_HEADER: &str = "payment-signature";
/// Header in which a server says what became of a payment: base64 of JSON.
pub const RESPONSE_HEADER: &str = "payment-response";
