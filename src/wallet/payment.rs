//! A signed payment, ready to be sent.

use std::fmt;

use alloy_primitives::Address;

use super::{Token, Usd};

/// A signed payment for one call. Whoever sends it a second time pays once: the token takes a
/// nonce once.
#[derive(Clone)]
pub struct Payment {
    /// The value of the header [`SIGNATURE_HEADER`](super::SIGNATURE_HEADER).
    pub header: String,
    /// What is paid.
    pub price: Usd,
    /// Who is paid.
    pub pay_to: Address,
    /// Who pays.
    pub payer: Address,
    /// In which token.
    pub token: &'static Token,
    /// The name by which the server knows it again, where the server takes one.
    pub identifier: Option<String>,
    /// Seconds since 1970 from which it is worth nothing.
    pub valid_before: u64,
}

/// The header is as good as money until it was taken.
impl fmt::Debug for Payment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Payment")
            .field("header", &"[redacted]")
            .field("price", &self.price)
            .field("pay_to", &self.pay_to)
            .field("identifier", &self.identifier)
            .finish_non_exhaustive()
    }
}
