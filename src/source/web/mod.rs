//! HTTP to hosts that strangers name.
//!
//! Only `https://` to public addresses, unless whoever runs the program named this machine
//! itself. An address is checked where it is connected to: a name is resolved once, and only
//! the checked addresses are tried, so that a name which changes its mind leads nowhere. No
//! proxy of the environment, no cookies, no credentials, few redirects, each of them checked,
//! and bounds for bytes and time.
//! Start at [`WebClient`]; [`Session`] is the same for whoever waits.

mod address;
mod client;
mod error;
#[cfg(test)]
pub(super) mod hostile;
mod reach;
mod resolver;
mod session;
#[cfg(test)]
mod tests;
mod trust;

pub(super) use address::is_public;
pub(super) use client::{Answer, Limits, WebClient, WebRequest};
pub(super) use error::WebError;
pub use reach::Reach;
pub(super) use resolver::addresses_within;
pub(super) use session::Session;
pub(super) use trust::Trust;
