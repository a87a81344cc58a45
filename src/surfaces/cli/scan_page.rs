//! The report of one skill in a terminal: verdict first, then what it rests on.

use indicatif::HumanBytes;

use super::findings::{Detail, advice, count, execution, finding_lines, mark, word};
use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::ScanResponse;
use crate::scan::Phase;

/// Files that could not be read, or deviations, that are shown; the rest is counted.
const SHOWN_LINES: usize = 5;
/// Lines of a result up to which it needs no blank line after it.
const SHORT_LINES: usize = 3;

/// Returns the report of one skill.
pub(super) fn show(scan: &ScanResponse, width: Option<usize>, detail: Detail) -> String {
    let safety = &scan.safety;
    let mut lines = vec![format!(
        "{} {}  {}",
        mark(safety.status),
        paint(paint::STRONG, &line(&scan.name, 200)),
        paint(paint::FAINT, &line(&scan.path, 500))
    )];
    let inner_width = width.map(|width| width.saturating_sub(2));
    let faint = |text: &str| -> Vec<String> {
        wrap(text, inner_width).iter().map(|part| format!("  {}", paint(paint::FAINT, part))).collect()
    };
    lines.extend(faint(&facts(scan)));
    lines.extend(phases(scan).iter().flat_map(|text| faint(text)));
    lines.extend(finding_lines(&scan.findings, width, detail));
    let shown = if detail == Detail::All { usize::MAX } else { SHOWN_LINES };
    let unread: Vec<String> = scan.completeness.unread.iter().map(|file| format!("not read: {file}")).collect();
    lines.extend(some(&unread, shown, paint::CARE));
    // What was not read is a deviation too, and was told already.
    let issues: Vec<String> =
        scan.issues.iter().filter(|issue| !scan.completeness.unread.contains(issue)).cloned().collect();
    lines.extend(some(&issues, shown, paint::FAINT));
    if lines.len() > SHORT_LINES {
        lines.push(String::new());
    }
    lines.join("\n") + "\n"
}

/// Returns what to do, and what the verdict covers.
fn facts(scan: &ScanResponse) -> String {
    let read = &scan.completeness;
    let coverage = if read.is_complete { "all read" } else { "not all read" };
    [
        advice(scan.safety.recommended_action).to_owned(),
        execution(scan.safety.executes_code).to_owned(),
        format!("risk {} ({})", scan.risk_score, word(&scan.risk_band)),
        format!("{}, {}, {coverage}", count(read.files_read, "file"), HumanBytes(read.bytes_read)),
        format!("rules {}", line(&scan.ruleset_version, 60)),
    ]
    .join(" · ")
}

/// Returns where the risk comes from, and what the skill is able to do.
fn phases(scan: &ScanResponse) -> Vec<String> {
    let scores: Vec<String> = Phase::ALL
        .iter()
        .filter_map(|phase| scan.phases.get(phase.as_str()).map(|result| (phase, result.score)))
        .filter(|(_, score)| *score > 0)
        .map(|(phase, score)| format!("{} {score}", phase.as_str().replace('_', " ")))
        .collect();
    let abilities: Vec<String> =
        scan.capabilities.iter().map(|(name, place)| format!("{name} ({})", line(place, 200))).collect();
    let mut lines = Vec::new();
    if !scores.is_empty() {
        lines.push(format!("risk by phase: {}", scores.join(" · ")));
    }
    if !abilities.is_empty() {
        lines.push(format!("able to: {}", abilities.join(" · ")));
    }
    lines
}

fn some(texts: &[String], shown: usize, style: anstyle::Style) -> Vec<String> {
    let mut lines: Vec<String> =
        texts.iter().take(shown).map(|text| paint(style, &format!("  {}", line(text, 300)))).collect();
    if texts.len() > shown {
        lines.push(paint(style, &format!("  … and {} more; --all shows them", texts.len() - shown)));
    }
    lines
}
