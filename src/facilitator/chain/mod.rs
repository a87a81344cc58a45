//! A facilitator in this process, on a chain that is asked over JSON-RPC.
//!
//! `transfer` reads what is to be transferred and checks what needs no chain, `reader` asks the
//! chain, `history` what has happened on it, `facilitator` pays the gas, and `gas` says how much.
//! The transactions themselves are those of x402-rs (`x402-chain-eip155`).

mod error;
mod facilitator;
mod failure;
mod gas;
mod history;
mod reader;
mod rpc;
#[cfg(test)]
mod tests;
mod transfer;

pub use error::ChainError;
pub use facilitator::ChainFacilitator;
pub use reader::ChainReader;
