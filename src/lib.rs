//! Touchmark finds agent skills, shows what is in them, pins what somebody approved, and
//! re-verifies it for as long as it is held.
//!
//! The rooms and the arrows between them are in ARCHITECTURE.md; `tests/architecture.rs`
//! holds them to it.

pub mod advisory;
pub mod api;
pub mod assessment;
pub mod certificate;
pub mod change;
pub mod lockfile;
pub mod pack;
pub mod package;
pub mod policy;
pub mod rank;
pub mod recipe;
pub mod sbom;
pub mod scan;
pub mod skill;
pub mod snapshot;
pub mod threat;
pub mod trust;

#[cfg(feature = "service")]
pub mod account;
#[cfg(feature = "service")]
pub mod app;
#[cfg(feature = "service")]
pub mod approval;
#[cfg(feature = "service")]
pub mod compute;
#[cfg(feature = "service")]
pub mod config;
#[cfg(feature = "service")]
pub mod crawl;
#[cfg(feature = "service")]
pub mod evaluation;
#[cfg(feature = "service")]
pub mod facilitator;
#[cfg(feature = "service")]
pub mod github;
#[cfg(feature = "service")]
pub mod ingest;
#[cfg(feature = "service")]
pub mod meter;
#[cfg(feature = "service")]
pub mod operations;
#[cfg(feature = "service")]
pub mod payment;
#[cfg(feature = "service")]
pub mod placement;
#[cfg(feature = "service")]
pub mod search;
#[cfg(feature = "service")]
pub mod source;
#[cfg(feature = "service")]
pub mod store;
#[cfg(feature = "service")]
pub mod surfaces;
#[cfg(feature = "service")]
pub mod wallet;
#[cfg(feature = "service")]
pub mod webhook;
