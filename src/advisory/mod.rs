//! What is publicly known of packages: records of the Open Source Vulnerability format (OSV
//! schema 1.7), and which versions each concerns, by each registry's own order of versions.
//!
//! The room is pure. A record is checked here once; texts in it are author-controlled and bounded,
//! not sanitised. Start at [`Advisory::parse`].

mod affected;
mod error;
mod record;
mod registry_record;
mod severity;
#[cfg(test)]
mod tests;

pub use affected::{Affected, VersionRange};
pub use error::AdvisoryError;
pub use record::Advisory;
pub use severity::AdvisorySeverity;
