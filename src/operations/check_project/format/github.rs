//! Workflow commands of GitHub Actions.

use super::super::gate::{CheckOutcome, Gate};
use super::super::report::ProjectReport;
use super::{path, text, title};
use crate::scan::format::{command_data, command_property};

/// Writes what is wrong as workflow commands, what is worth knowing as one line of numbers.
pub fn github_commands(report: &ProjectReport, gate: &Gate) -> String {
    let mut commands = String::new();
    let (mut wrong, mut notes) = (0, 0);
    for check in &report.checks {
        let complaints = gate.complaints(check);
        wrong += usize::from(complaints.iter().any(|complaint| complaint.kind.outcome() != CheckOutcome::Match));
        for complaint in complaints {
            if complaint.kind.outcome() == CheckOutcome::Match {
                notes += 1;
                continue;
            }
            let heading = format!("{}: {}", complaint.kind.as_str(), title(check));
            commands.push_str(&format!(
                "::error file={}{},title={}::{}\n",
                command_property(&path(check)),
                check.position.map(|at| format!(",line={},col={}", at.line, at.column)).unwrap_or_default(),
                command_property(&heading),
                command_data(&text(&complaint.text)),
            ));
        }
    }
    for notice in &report.notices {
        commands.push_str(&format!("::warning title=Touchmark::{}\n", command_data(&text(notice))));
    }
    let facts = format!("{} checked, {wrong} wrong, {notes} notes", report.checks.len());
    commands.push_str(&format!("::notice title=Touchmark::{}\n", command_data(&facts)));
    commands
}
