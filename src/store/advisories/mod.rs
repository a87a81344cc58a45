//! What is publicly known of packages, by package.

mod contract;
mod record;

pub use contract::Advisories;
pub use record::{AdvisoryCounts, AdvisoryOutcome};
