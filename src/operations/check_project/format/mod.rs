//! The report of a project for other programs: SARIF, workflow commands, JUnit.
//!
//! Each format is a pure function of a report and of what is asked of verdicts. What authors
//! wrote is sanitised here, and escaped by the rules of the format.

mod github;
mod junit;
mod sarif;
#[cfg(test)]
mod tests;

pub use github::github_commands;
pub use junit::junit;
pub use sarif::sarif_log;

use super::report::SkillCheck;
use crate::skill::sanitise_line;

/// Characters of a message.
const MESSAGE_CHARACTERS: usize = 1_000;
/// Characters of a path.
const PATH_CHARACTERS: usize = 1_000;

/// Returns the name of a check, with its folder.
fn title(check: &SkillCheck) -> String {
    let name = sanitise_line(&check.name, 200);
    match &check.folder {
        Some(folder) => format!("{name} in {}", sanitise_line(folder, PATH_CHARACTERS)),
        None => name,
    }
}

/// Returns the file that a check is about.
fn path(check: &SkillCheck) -> String {
    sanitise_line(&check.lockfile, PATH_CHARACTERS)
}

fn text(text: &str) -> String {
    sanitise_line(text, MESSAGE_CHARACTERS)
}
