//! What whoever runs a scan has decided about single findings: suppressions with a reason and
//! an end, and a baseline of what was there already.
//!
//! A decision never removes a finding from a report: it is marked, and no longer counts. Only
//! the operator decides; a list that ships with a skill is content like any other. The room is
//! given texts and the time; it reads neither disk nor clock. Start at [`Review`].

mod baseline;
mod decision;
mod review;
mod suppressions;

pub use baseline::{Baseline, BaselineError};
pub use decision::Decision;
pub use review::{Review, ReviewOutcome};
pub use suppressions::{Suppressions, SuppressionsError, WrittenSuppressions};
