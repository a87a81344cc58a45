//! SARIF 2.1.0 (OASIS), within what code scanning services take.
//!
//! `artifacts[].hashes` binds the log to the bytes that were scanned, so that it can serve as
//! an attestation of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sarif_log::{SARIF_RESULTS, SarifRun, sarif_location, sarif_notification};
use super::sarif_result::result;
use super::sarif_rule::rule;
use super::subject::{Run, ScannedSkill};
use crate::scan::{RULES, Ruleset, SafetyStatus};

/// Writes a run as a SARIF log.
pub fn sarif(run: &Run) -> String {
    let findings = run.findings();
    let artifacts = Artifacts::of(run);
    // Two findings of one name are told apart by their order.
    let mut occurrences: BTreeMap<(String, &str), u32> = BTreeMap::new();
    let results: Vec<Value> = findings
        .iter()
        .take(SARIF_RESULTS)
        .map(|(skill, finding)| {
            let key = (skill.path(&finding.location.path), finding.fingerprint.as_str());
            let occurrence = occurrences.entry(key).and_modify(|count| *count += 1).or_insert(1);
            result(skill, finding, *occurrence, &artifacts)
        })
        .collect();
    let mut notifications = notifications(run);
    if findings.len() > SARIF_RESULTS {
        let text = format!("{} findings, of which {SARIF_RESULTS} are listed, the worst first", findings.len());
        notifications.push(sarif_notification("warning", &text, None));
    }
    let configuration: Vec<Value> = run
        .notices
        .iter()
        .filter(|notice| !notice.is_failure)
        .map(|notice| sarif_notification("note", &notice.text, None))
        .collect();
    let version = run
        .skills
        .first()
        .map_or_else(|| Ruleset::builtin().version().to_string(), |skill| skill.report.ruleset_version.to_string());
    SarifRun {
        verb: "scan",
        is_automation: false,
        rules: RULES.iter().map(|each| rule(each, &run.documents_url)).collect(),
        ruleset_version: Some(version),
        is_complete: !run.notices.iter().any(|notice| notice.is_failure),
        notifications,
        configuration: Some(configuration),
        artifacts: Some(artifacts.values),
        results,
        properties: json!({
            "status": run.worst().map(SafetyStatus::as_str),
            "skills": run.skills.iter().map(skill).collect::<Vec<_>>()
        }),
    }
    .into_log()
}

/// The files of a run, and the place of each in the list.
pub(super) struct Artifacts {
    values: Vec<Value>,
    index_of_path: BTreeMap<String, usize>,
}

impl Artifacts {
    fn of(run: &Run) -> Self {
        let mut artifacts = Self { values: Vec::new(), index_of_path: BTreeMap::new() };
        for skill in &run.skills {
            for file in &skill.files {
                let path = skill.path(&file.path);
                let mut value = json!({
                    "location": sarif_location(&path),
                    "roles": ["analysisTarget"],
                    "hashes": { "sha-256": file.sha256.to_hex() }
                });
                match file.size_bytes {
                    Some(size) => value["length"] = json!(size),
                    // The digest is that of the target.
                    None => value["description"] = json!({ "text": "symbolic link" }),
                }
                artifacts.index_of_path.entry(path).or_insert(artifacts.values.len());
                artifacts.values.push(value);
            }
        }
        artifacts
    }

    /// Returns the location of a file, with its place in the list.
    pub(super) fn location(&self, path: &str) -> Value {
        let mut value = sarif_location(path);
        if let Some(index) = self.index_of_path.get(path) {
            value["index"] = json!(index);
        }
        value
    }
}

/// Returns what was not scanned: it is never clean.
fn notifications(run: &Run) -> Vec<Value> {
    let failures = run.notices.iter().filter(|notice| notice.is_failure);
    let mut notifications: Vec<Value> =
        failures.map(|notice| sarif_notification("error", &format!("not scanned: {}", notice.text), None)).collect();
    for skill in &run.skills {
        for unread in &skill.report.completeness.unread {
            let path = crate::skill::sanitise_line(&unread.path, 1_000);
            let text = format!("not read: {path}: {}", crate::skill::sanitise_line(&unread.reason, 300));
            notifications.push(sarif_notification("warning", &text, Some(&skill.path(&path))));
        }
    }
    notifications
}

/// Escapes what a message would take for a placeholder or for a link (§3.11.5, §3.11.6).
pub fn sarif_message(text: &str) -> String {
    let mut message = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '{' => message.push_str("{{"),
            '}' => message.push_str("}}"),
            '[' | ']' | '\\' => message.extend(['\\', character]),
            _ => message.push(character),
        }
    }
    message
}

/// Returns the verdict about one skill, with the digest that it is about.
fn skill(skill: &ScannedSkill) -> Value {
    let report = &skill.report;
    json!({
        "folder": skill.folder,
        "name": skill.name,
        "package_hash": report.package_hash.to_string(),
        "content_hash": report.content_hash.to_string(),
        "ruleset_version": report.ruleset_version.as_str(),
        "status": report.status.as_str(),
        "recommended_action": report.recommended_action().as_str(),
        "risk_score": report.risk_score,
        "risk_band": report.risk_band,
        "suppressed_count": report.suppressed_count(),
        "executes_code": report.executes_code,
        "capabilities": report.capabilities,
        "is_complete": report.completeness.unread.is_empty()
    })
}
