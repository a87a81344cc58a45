//! `touchmark scan`.

use std::path::Path;

use super::exit::Outcome;
use super::failure::Failure;
use super::findings::{Detail, count};
use super::output::{self, Output};
use super::paint::line;
use super::scan_arguments::{FailOn, ReportFormat, ScanArguments};
use super::scan_lists::ScanLists;
use super::scan_report::Report;
use crate::config::ScanConfig;
use crate::operations::scan_folder;
use crate::scan::{Baseline, Ruleset, SafetyStatus, Severity};

/// Scans every path, and shows each skill as soon as the format allows.
pub(super) fn run(arguments: ScanArguments, output: &Output) -> Result<Outcome, Failure> {
    let format = match (arguments.report.format, output.json) {
        (None, false) => ReportFormat::Text,
        (None | Some(ReportFormat::Json), _) => ReportFormat::Json,
        (Some(format), false) => format,
        (Some(_), true) => return Err(Failure::Usage("--json and --format ask for different formats; leave one out")),
    };
    let config = ScanConfig::read();
    let mut lists = ScanLists::read(&arguments, &config)?;
    let operators = lists.ruleset.take();
    let ruleset = operators.as_ref().unwrap_or_else(|| Ruleset::builtin());
    let detail = if arguments.report.all { Detail::All } else { Detail::Digest { more: "--all shows them" } };
    let mut report =
        Report::new(format, detail, arguments.paths.len() == 1, arguments.report.output.as_deref(), output);
    for notice in &lists.notices {
        output::tell_note(notice);
    }
    let mut known = Baseline::default();
    let mut worst = None;
    let mut failures = 0_u64;
    let mut critical_count = 0_u64;
    let mut written = Ok(());
    for path in &arguments.paths {
        scan_folder(path, ruleset, |result| match result {
            Ok(mut scan) => {
                if arguments.write_baseline.is_some() {
                    known.add(&scan.scanned, arguments.include_critical);
                    if !arguments.include_critical {
                        let findings = &scan.scanned.report.findings;
                        let criticals = findings.iter().filter(|finding| finding.severity == Severity::Critical);
                        critical_count += criticals.count() as u64;
                    }
                }
                lists.review(&mut scan);
                worst = worst.max(Some(scan.scanned.report.status));
                // Once nobody reads, the rest is not worth a word.
                if written.is_ok() {
                    written = report.skill(&scan);
                }
            }
            Err(failure) => {
                failures += 1;
                output::tell_error(&format!("cannot scan {}: {}", failure.path, failure.reason));
                if written.is_ok() {
                    written = report.failure(&failure);
                }
            }
        });
    }
    let unused = lists.unused();
    for notice in &unused {
        output::tell_note(notice);
    }
    written?;
    report.finish(&unused, &config)?;
    if let Some(path) = &arguments.write_baseline {
        write(path, &known.to_json(ruleset.version()))?;
        let left_out = match critical_count {
            0 => String::new(),
            number => format!("; without {}, see --include-critical", count(number, "critical finding")),
        };
        output::tell_note(&format!(
            "{} in the baseline {}{left_out}",
            count(known.len() as u64, "finding"),
            line(&path.display().to_string(), 300)
        ));
    }
    Ok(outcome(worst, failures, arguments.report.fail_on))
}

/// Writes a file of the answer.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| Failure::Write { path: line(&path.display().to_string(), 300), source })
}

/// A bad verdict is told even where something else failed: it is the worse news.
pub(super) fn outcome(worst: Option<SafetyStatus>, failures: u64, fail_on: FailOn) -> Outcome {
    let limit = match fail_on {
        FailOn::Caution => Some(SafetyStatus::Caution),
        FailOn::Warning => Some(SafetyStatus::Warning),
        FailOn::Dangerous => Some(SafetyStatus::Dangerous),
        FailOn::Never => None,
    };
    match (worst, limit) {
        (Some(worst), Some(limit)) if worst >= limit => Outcome::Refused,
        _ if failures > 0 => Outcome::Failed,
        _ => Outcome::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_decides_from_which_verdict_on_a_scan_refuses() {
        use SafetyStatus::{Caution, Dangerous, Safe, Warning};
        for (worst, failures, fail_on, expected) in [
            (Some(Safe), 0, FailOn::Caution, Outcome::Done),
            (Some(Caution), 0, FailOn::Caution, Outcome::Refused),
            (Some(Caution), 0, FailOn::Warning, Outcome::Done),
            (Some(Warning), 1, FailOn::Warning, Outcome::Refused),
            (Some(Warning), 0, FailOn::Dangerous, Outcome::Done),
            (Some(Dangerous), 0, FailOn::Dangerous, Outcome::Refused),
            (Some(Dangerous), 0, FailOn::Never, Outcome::Done),
            (Some(Dangerous), 1, FailOn::Never, Outcome::Failed),
            (None, 1, FailOn::Warning, Outcome::Failed),
        ] {
            assert_eq!(outcome(worst, failures, fail_on), expected, "{worst:?} {failures} {fail_on:?}");
        }
    }
}
