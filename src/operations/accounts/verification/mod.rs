//! Verification for marketplaces: fetch, compare the digest, scan, ask for threats and the
//! publisher, judge, keep the result for 28 days, tell whoever wants to hear of it.
//!
//! What is asked for is parsed once into a [`request::Target`]; what comes of it is decided by
//! [`judge`] alone, which knows no network. It runs in a bounded pool ([`pool`]) and is taken up
//! again where the process ends.

mod badge;
mod fetch;
mod judge;
mod picture;
mod pool;
mod request;
mod revoke;
mod run;
mod scan;
mod show;
mod verify;
mod view;

pub use badge::{Badge, read_badge};
pub use picture::draw_badge;
pub(super) use pool::Pool;
pub(in crate::operations) use pool::keep_verifications;
pub use pool::resume_verifications;
pub use revoke::RevokeVerification;
pub use show::ShowVerification;
pub use verify::VerifySource;
