//! `touchmark scan`.

use std::collections::BTreeMap;
use std::io;

use indicatif::HumanBytes;
use serde_json::json;

use super::arguments::ScanArguments;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::{advice, count, execution, finding_lines, mark, word};
use super::output::{self, Output};
use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::ScanResponse;
use crate::operations::{ScanFailure, scan_folder};
use crate::scan::SafetyStatus;

/// Files that could not be read, or deviations, that a terminal shows; the rest is counted.
const SHOWN_LINES: usize = 5;
/// Lines of a result up to which it needs no blank line after it.
const SHORT_LINES: usize = 3;

/// Scans every path, and shows each skill as soon as it is scanned.
pub(super) fn run(arguments: &ScanArguments, output: &Output) -> Result<Outcome, Failure> {
    let mut tally = Tally { is_one_path: arguments.paths.len() == 1, ..Tally::default() };
    let mut written = Ok(());
    for path in &arguments.paths {
        scan_folder(path, |result| {
            // Once nobody reads, the rest is not worth a word.
            if written.is_ok() {
                written = tally.take(result, output);
            }
        });
    }
    written.and_then(|()| tally.finish(output))?;
    Ok(tally.outcome())
}

/// What was scanned so far.
#[derive(Default)]
struct Tally {
    is_one_path: bool,
    verdicts: BTreeMap<SafetyStatus, u64>,
    failures: u64,
    /// The first answer in JSON, which is laid out over lines if no second one comes.
    waiting: Option<String>,
}

impl Tally {
    fn take(&mut self, result: Result<ScanResponse, ScanFailure>, output: &Output) -> io::Result<()> {
        match result {
            Ok(scan) => {
                *self.verdicts.entry(scan.safety.status).or_default() += 1;
                if output.json {
                    self.json(serde_json::to_string(&scan)?, output)
                } else {
                    output.text(&show(&scan, output.width))
                }
            }
            Err(failure) => {
                self.failures += 1;
                output::tell_error(&format!("cannot scan {}: {}", failure.path, failure.reason));
                if !output.json {
                    return Ok(());
                }
                self.is_one_path = false;
                self.json(json!({ "path": failure.path, "error": failure.reason }).to_string(), output)
            }
        }
    }

    fn json(&mut self, body: String, output: &Output) -> io::Result<()> {
        if self.is_one_path && self.waiting.is_none() {
            self.waiting = Some(body);
            return Ok(());
        }
        self.is_one_path = false;
        if let Some(first) = self.waiting.take() {
            output.compact(&first)?;
        }
        output.compact(&body)
    }

    fn finish(&mut self, output: &Output) -> io::Result<()> {
        if let Some(only) = self.waiting.take() {
            return output.pretty(&only);
        }
        let total: u64 = self.verdicts.values().sum();
        if output.json || total + self.failures < 2 {
            return Ok(());
        }
        let mut parts: Vec<String> = self
            .verdicts
            .iter()
            .map(|(status, number)| paint(paint::verdict(*status), &format!("{number} {}", status.as_str())))
            .collect();
        if self.failures > 0 {
            parts.push(paint(paint::ERROR, &format!("{} not scanned", self.failures)));
        }
        output.text(&format!("\n{}: {}\n", count(total, "skill"), parts.join(", ")))
    }

    /// A bad verdict is told even where something else failed: it is the worse news.
    fn outcome(&self) -> Outcome {
        if self.verdicts.keys().any(|status| *status >= SafetyStatus::Warning) {
            Outcome::Refused
        } else if self.failures > 0 {
            Outcome::Failed
        } else {
            Outcome::Done
        }
    }
}

fn show(scan: &ScanResponse, width: Option<usize>) -> String {
    let safety = &scan.safety;
    let mut lines = vec![format!(
        "{} {}  {}",
        mark(safety.status),
        paint(paint::STRONG, &line(&scan.name, 200)),
        paint(paint::FAINT, &line(&scan.path, 500))
    )];
    lines.extend(finding_lines(&scan.findings, width));
    let unread: Vec<String> = scan.completeness.unread.iter().map(|file| format!("not read: {file}")).collect();
    lines.extend(some(&unread, paint::CARE));
    lines.extend(some(&scan.issues, paint::FAINT));
    let band = word(&scan.risk_band);
    let read = &scan.completeness;
    let inner_width = width.map(|width| width.saturating_sub(2));
    let facts = [
        advice(safety.recommended_action).to_owned(),
        execution(safety.executes_code).to_owned(),
        format!("risk {} ({band})", scan.risk_score),
        format!("{}, {}", count(read.files_read, "file"), HumanBytes(read.bytes_read)),
        format!("rules {}", line(&scan.ruleset_version, 30)),
    ];
    let parts = wrap(&facts.join(" · "), inner_width);
    lines.extend(parts.iter().map(|part| paint(paint::FAINT, &format!("  {part}"))));
    if lines.len() > SHORT_LINES {
        lines.push(String::new());
    }
    lines.join("\n") + "\n"
}

fn some(texts: &[String], style: anstyle::Style) -> Vec<String> {
    let mut lines: Vec<String> =
        texts.iter().take(SHOWN_LINES).map(|text| paint(style, &format!("  {}", line(text, 300)))).collect();
    if texts.len() > SHOWN_LINES {
        lines.push(paint(style, &format!("  … and {} more", texts.len() - SHOWN_LINES)));
    }
    lines
}
