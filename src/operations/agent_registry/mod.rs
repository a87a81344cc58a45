//! The registry interface of Agentic Resource Discovery (ARD): search, facets and a list over
//! catalog entries that are made of skills.
//!
//! An entry says where a skill's files are and points at our scan of them; what it says of
//! relevance says nothing of safety. Start at [`SearchAgents`].

mod attestation;
mod entry;
mod explore;
mod filter;
mod list;
mod page_token;
mod query;
mod search;
#[cfg(test)]
mod tests;

pub(super) use attestation::AttestationDigests;
pub use attestation::{Attestation, read_attestation};
pub use explore::ExploreAgents;
pub use list::ListAgents;
pub use search::SearchAgents;

/// Candidates that are filtered, counted and paged through. Search ranks no more of them, and
/// its own cut of relevance comes first.
const CANDIDATES: usize = 300;
/// Entries of a page at most.
const PAGE_SIZE: u32 = 100;
