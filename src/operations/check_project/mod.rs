//! Tells whether everything that a project holds is still what was recorded: approval records
//! and every lockfile of the field.
//!
//! [`check_project`] measures and compares, without a network; [`ProjectReport::questions`]
//! are what an index may then be asked, and [`ProjectReport::answer`] takes what it says. What
//! it all means for whoever waits for the command is in [`Gate`].

mod bytes;
mod format;
mod gate;
mod installed_scans;
mod policy;
mod project;
mod recall;
mod report;
mod review;
mod verdict;

#[cfg(all(test, unix))]
mod tests;

pub use format::{github_commands, junit, sarif_log};
pub use gate::{CheckOutcome, Complaint, ComplaintKind, FailOn, Gate};
pub use project::{Lines, ProjectCheckError, ProjectRequest, check_project};
pub use report::{BytesStatus, ComparedDigest, FileChanges, ProjectReport, SkillCheck};
pub use verdict::{KnownVerdict, Upstream, VerdictState};
