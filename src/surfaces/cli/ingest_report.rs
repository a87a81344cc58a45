//! What an ingest did, in words and as JSON.

use std::time::Duration;

use indicatif::{HumanCount, HumanDuration};
use serde_json::{Value, json};

use super::findings;
use super::paint::{self, line, paint};
use crate::operations::IngestReport;

/// Failures that a terminal shows; the rest is counted.
const SHOWN_FAILURES: usize = 20;

/// Returns the report as a JSON text.
pub(super) fn body(report: &IngestReport) -> String {
    let verdicts: serde_json::Map<String, Value> =
        report.verdicts.iter().map(|(status, count)| (status.as_str().to_owned(), json!(count))).collect();
    let failures: Vec<Value> = report
        .failures
        .iter()
        .map(|failure| json!({ "location": failure.location, "reason": failure.reason }))
        .collect();
    json!({
        "source": report.source,
        "is_finished": report.is_finished,
        "skills": report.skills(),
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "incomplete": report.incomplete,
        "failed": report.failure_count,
        "verdicts": verdicts,
        "failures": failures,
        "read_ms": milliseconds(report.read_time),
        "index_ms": milliseconds(report.index_time),
        "embedded": report.embedded,
        "embedding_failure": report.embedding_failure,
    })
    .to_string()
}

/// Returns the report for a person.
pub(super) fn show(report: &IngestReport) -> String {
    let count = |number: u64, word: &str| format!("{} {word}", HumanCount(number));
    let mut lines = vec![paint(paint::STRONG, &line(&report.source, 500))];
    let mut changes = vec![
        count(report.added, "added"),
        count(report.changed, "changed"),
        count(report.unchanged, "unchanged"),
        count(report.removed, "removed"),
    ];
    if report.moved > 0 {
        // The same files at another commit are no news of the skill, and of the source they are.
        changes.insert(2, count(report.moved, "at another commit"));
    }
    if report.failure_count > 0 {
        changes.push(paint(paint::ERROR, &count(report.failure_count, "failed")));
    } else {
        changes.push("0 failed".to_owned());
    }
    lines.push(format!("  {}  in {}", changes.join(", "), duration(report.read_time + report.index_time)));
    if !report.verdicts.is_empty() {
        let verdicts: Vec<String> = report
            .verdicts
            .iter()
            .map(|(status, number)| paint(paint::verdict(*status), &count(*number, status.as_str())))
            .collect();
        lines.push(format!("  scanned: {}", verdicts.join(", ")));
    }
    if report.incomplete > 0 {
        lines.push(paint(
            paint::CARE,
            &format!("  {} of which not every file could be read", findings::count(report.incomplete, "skill")),
        ));
    }
    if report.embedded > 0 {
        lines.push(format!("  {} with the chosen model", count(report.embedded, "embedded")));
    }
    if let Some(failure) = &report.embedding_failure {
        lines.push(paint(paint::CARE, &format!("  found by words only: {}", line(failure, 1_000))));
    }
    for failure in report.failures.iter().take(SHOWN_FAILURES) {
        lines.push(format!(
            "  {} {}: {}",
            paint(paint::ERROR, "failed"),
            line(&failure.location, 300),
            line(&failure.reason, 300)
        ));
    }
    let shown = report.failures.len().min(SHOWN_FAILURES) as u64;
    if report.failure_count > shown {
        lines.push(format!(
            "  … and {} more; --json lists up to {}",
            HumanCount(report.failure_count - shown),
            report.failures.len()
        ));
    }
    lines.join("\n") + "\n"
}

fn duration(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        format!("{:.1} seconds", time.as_secs_f64())
    } else {
        HumanDuration(time).to_string()
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
