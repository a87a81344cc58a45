//! SARIF 2.1.0 (OASIS), in the shape in which scans are reported.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::super::gate::{CheckOutcome, Complaint, ComplaintKind, Gate};
use super::super::report::{ProjectReport, SkillCheck};
use super::{path, text, title};
use crate::scan::format::{SARIF_RESULTS, SarifRun, sarif_location, sarif_message, sarif_notification};
use crate::skill::Sha256Digest;

/// Writes a report as a SARIF log: a result for everything that is wrong or worth knowing, the
/// worst first. Where there are too many a notification says so.
pub fn sarif_log(report: &ProjectReport, gate: &Gate) -> String {
    let mut complaints: Vec<(&SkillCheck, Complaint)> = report
        .checks
        .iter()
        .flat_map(|check| gate.complaints(check).into_iter().map(move |complaint| (check, complaint)))
        .collect();
    // Within a kind the order is that of the report.
    complaints.sort_by_key(|(_, complaint)| (Reverse(complaint.kind.outcome()), complaint.kind));
    let left_out = complaints.len().saturating_sub(SARIF_RESULTS);
    let results: Vec<Value> =
        complaints.iter().take(SARIF_RESULTS).map(|(check, complaint)| result(check, complaint)).collect();
    let cut = (left_out > 0).then(|| {
        format!("{left_out} results were left out: a run has {SARIF_RESULTS} at most; they are the least of all, and --format json has them")
    });
    let notifications =
        cut.iter().chain(&report.notices).map(|notice| sarif_notification("warning", &text(notice), None)).collect();
    SarifRun {
        verb: "check",
        is_automation: true,
        rules: ComplaintKind::ALL.iter().map(|kind| rule(*kind)).collect(),
        ruleset_version: None,
        is_complete: gate.outcome(report) != CheckOutcome::NoVerdict,
        notifications,
        configuration: None,
        artifacts: None,
        results,
        properties: json!({ "checked": report.checks.len() }),
    }
    .into_log()
}

fn rule(kind: ComplaintKind) -> Value {
    json!({
        "id": kind.as_str(),
        "shortDescription": { "text": kind.meaning() },
        "defaultConfiguration": { "level": level(kind) }
    })
}

fn level(kind: ComplaintKind) -> &'static str {
    match kind.outcome() {
        CheckOutcome::Match => "note",
        CheckOutcome::NoVerdict => "warning",
        CheckOutcome::InvalidRecord | CheckOutcome::Refused => "error",
    }
}

fn result(check: &SkillCheck, complaint: &Complaint) -> Value {
    let location = sarif_location(&path(check));
    let region = match check.position {
        Some(position) => json!({ "startLine": position.line, "startColumn": position.column }),
        None => json!({ "startLine": 1 }),
    };
    let folder = check.folder.as_deref().unwrap_or_default();
    // The same fault of the same record in the next run, whatever the bytes are by then.
    let identity = [complaint.kind.as_str(), &check.lockfile, &check.key, &check.name, folder].join("\0");
    let message = format!("{}: {}", title(check), text(&complaint.text));
    json!({
        "ruleId": complaint.kind.as_str(),
        "ruleIndex": ComplaintKind::ALL.iter().position(|kind| *kind == complaint.kind),
        "level": level(complaint.kind),
        "message": { "text": sarif_message(&message) },
        "locations": [{ "physicalLocation": { "artifactLocation": location, "region": region } }],
        "partialFingerprints": { "touchmarkCheck/v1": Sha256Digest::of(identity.as_bytes()).to_hex() },
        "properties": {
            "status": check.status,
            "format": check.format,
            "key": text(&check.key),
            "root_digest": check.root_digest
        }
    })
}
