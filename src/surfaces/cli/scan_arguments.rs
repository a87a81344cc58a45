//! What can be said about scans and rules on the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::scan::Phase;

/// `touchmark scan`.
#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    /// A skill's folder, a folder of skills, or a SKILL.md.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What the report is like.
    #[command(flatten)]
    pub report: ReportArguments,
    /// Findings that were accepted, with reason and end [default: TOUCHMARK_SUPPRESSIONS, else
    /// .touchmark/suppressions.toml where that lies outside of what is scanned].
    #[arg(long, value_name = "FILE", help_heading = "Decisions")]
    pub suppressions: Option<PathBuf>,
    /// Let every finding count, whatever was accepted.
    #[arg(long, conflicts_with = "suppressions", help_heading = "Decisions")]
    pub no_suppressions: bool,
    /// Report only what is not in this baseline.
    #[arg(long, value_name = "FILE", help_heading = "Decisions")]
    pub baseline: Option<PathBuf>,
    /// Record all findings of this scan as known, for later scans with --baseline.
    #[arg(long, value_name = "FILE", help_heading = "Decisions")]
    pub write_baseline: Option<PathBuf>,
    /// Let a baseline hold critical findings as well.
    #[arg(long, help_heading = "Decisions")]
    pub include_critical: bool,
    /// Look for the signatures in this file as well [default: TOUCHMARK_SIGNATURES].
    #[arg(long, value_name = "FILE", help_heading = "Decisions")]
    pub signatures: Option<PathBuf>,
}

/// What the report of a scan is like.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// How the report is written [default: text; --json is short for json].
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Option<ReportFormat>,
    /// Write the report into this file instead of the standard output.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Show every finding, notes and suppressed ones included, with its fingerprint.
    #[arg(long, help_heading = "Report")]
    pub all: bool,
    /// The verdict from which on the command ends with 2.
    #[arg(long, value_name = "VERDICT", default_value = "warning", help_heading = "Report")]
    pub fail_on: FailOn,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For a person: verdict first, then what it rests on.
    Text,
    /// For a program: one object for each skill.
    Json,
    /// For code scanning: one SARIF 2.1.0 log.
    Sarif,
    /// For GitHub Actions: workflow commands, and a summary of the step.
    Github,
    /// For a browser: one page that needs nothing else.
    Html,
}

/// The verdict from which on a scan refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// From caution on.
    Caution,
    /// From warning on.
    Warning,
    /// At dangerous only.
    Dangerous,
    /// Whatever the verdict is.
    Never,
}

/// `touchmark rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Only rules of this phase, such as credentials or prompt_injection.
    #[arg(long, value_name = "PHASE", value_parser = phase)]
    pub phase: Option<Phase>,
    /// How the list is written [default: text; --json is short for json].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ListFormat>,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

/// `touchmark explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The id of a rule, as a report names it.
    pub rule: String,
}

fn phase(text: &str) -> Result<Phase, String> {
    let name = text.replace('-', "_");
    Phase::ALL.into_iter().find(|phase| phase.as_str() == name).ok_or_else(|| {
        let names = Phase::ALL.map(Phase::as_str).join(", ");
        format!("expected one of {names}")
    })
}
