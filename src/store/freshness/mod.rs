//! How long ago sources were seen, and which skills that leaves without one.
//!
//! A visit notes what it heard; the store settles which skills are listed. It knows no policy:
//! when a source counts as gone is told by the caller. Start at [`Freshness`].

mod contract;
mod visit;

pub use contract::Freshness;
pub use visit::{ListingChange, SkillStanding, SourceHistory, VisitNote};
