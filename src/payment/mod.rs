//! Payment of discovery with x402.
//!
//! What is offered ([`Terms`], [`Challenge`]), what is sent ([`PaymentProof`]), and what it is
//! once it was read ([`Payment`]); and its way through the ledger, step by step ([`Payments`]).
//! The room knows no transport and no chain: whoever checks and settles is behind
//! [`Facilitator`].

mod address;
mod authorization;
mod facilitator;
mod failure;
mod identifier;
mod in_flight;
mod offer;
mod payments;
mod presented;
mod price;
mod proof;
mod receipt;
mod refusal;
mod resource;
mod stages;
mod terms;
#[cfg(test)]
mod tests;

pub use address::{Address, AddressParseError};
pub use authorization::Authorization;
pub use facilitator::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement, Verified};
pub use failure::PaymentFailure;
pub use identifier::PaymentIdentifier;
pub use offer::{Challenge, Offers};
pub use payments::{Entry, Patience, Payments};
pub use presented::{Payment, PaymentKey};
pub use price::{Price, PriceParseError};
pub use proof::{PaymentProof, Version};
pub use receipt::Receipt;
pub use refusal::{PaymentRefusal, RefusalKind};
pub use resource::{Call, Resource};
pub use stages::{Answered, Checked, Paid, Reserved};
pub use terms::{Asset, SCHEME, Terms, USDC_ON_BASE};
