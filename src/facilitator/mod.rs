//! Facilitators: who checks payments and puts them on the chain.
//!
//! [`HttpFacilitator`] asks a service that somebody else runs; [`ChainFacilitator`] does the work
//! in this process, with an address of a chain's RPC and a key that pays for the gas. Both keep
//! to [`Timeouts`] and know nothing of prices, quotas or the ledger: they answer what the room
//! `payment` asks. Start at [`open`].

mod answer;
mod chain;
mod http;
mod open;
#[cfg(test)]
mod tests;
mod timeouts;

pub use chain::{ChainError, ChainFacilitator, ChainReader};
pub use http::{HttpFacilitator, HttpFacilitatorError};
pub use open::{FacilitatorSettings, OpenError, open};
pub use timeouts::Timeouts;
