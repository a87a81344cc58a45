//! Reports for other programs and for browsers: SARIF, workflow commands, one page of HTML.
//!
//! Each format is a pure function of what was scanned, so that the same skills give the same
//! bytes. What an author wrote is sanitised by the scan and escaped here once more, by the
//! rules of the format. How a terminal shows a report is for the command line to say.

mod github;
mod html;
mod html_finding;
mod html_skill;
mod page;
mod sarif;
mod sarif_log;
mod sarif_result;
mod sarif_rule;
mod subject;
#[cfg(test)]
mod tests;
mod uri;

pub use github::{annotations, command_data, command_property, step_summary};
pub use html::html;
pub use page::section;
pub use sarif::{sarif, sarif_message};
pub use sarif_log::{SARIF_RESULTS, SarifRun, sarif_location, sarif_notification};
pub use subject::{Notice, Run, ScannedFile, ScannedSkill};
