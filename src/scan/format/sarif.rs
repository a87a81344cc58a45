//! SARIF 2.1.0 (OASIS), within what code scanning services take.
//!
//! `artifacts[].hashes` binds the log to the bytes that were scanned, so that it can serve as
//! an attestation of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sarif_result::result;
use super::sarif_rule::rule;
use super::subject::{Run, ScannedSkill};
use super::uri;
use crate::scan::{RULES, Ruleset, SafetyStatus};

/// Results that services take in one run; GitHub refuses a file with more.
const RESULTS: usize = 25_000;
/// The base of relative URIs: the root of the sources.
pub(super) const BASE: &str = "%SRCROOT%";

/// Writes a run as a SARIF log.
pub fn sarif(run: &Run) -> String {
    let findings = run.findings();
    let artifacts = Artifacts::of(run);
    // Two findings of one name are told apart by their order.
    let mut occurrences: BTreeMap<(String, &str), u32> = BTreeMap::new();
    let results: Vec<Value> = findings
        .iter()
        .take(RESULTS)
        .map(|(skill, finding)| {
            let key = (skill.path(&finding.location.path), finding.fingerprint.as_str());
            let occurrence = occurrences.entry(key).and_modify(|count| *count += 1).or_insert(1);
            result(skill, finding, *occurrence, &artifacts)
        })
        .collect();
    let mut notifications = notifications(run);
    if findings.len() > RESULTS {
        let text = format!("{} findings, of which {RESULTS} are listed, the worst first", findings.len());
        notifications.push(notification("warning", &text, None));
    }
    let configuration: Vec<Value> = run
        .notices
        .iter()
        .filter(|notice| !notice.is_failure)
        .map(|notice| notification("note", &notice.text, None))
        .collect();
    let version = run
        .skills
        .first()
        .map_or_else(|| Ruleset::builtin().version().to_string(), |skill| skill.report.ruleset_version.to_string());
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Touchmark",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(|each| rule(each, &run.documents_url)).collect::<Vec<_>>(),
                "properties": { "ruleset_version": version }
            } },
            "invocations": [{
                "executionSuccessful": !run.notices.iter().any(|notice| notice.is_failure),
                "toolExecutionNotifications": notifications,
                "toolConfigurationNotifications": configuration
            }],
            "originalUriBaseIds": { BASE: { "description": { "text": "The folder in which the scan was started" } } },
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts.values,
            "results": results,
            "properties": {
                "status": run.worst().map(SafetyStatus::as_str),
                "skills": run.skills.iter().map(skill).collect::<Vec<_>>()
            }
        }]
    });
    serde_json::to_string_pretty(&log).expect("a value is JSON") + "\n"
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
                    "location": location(&path),
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
        let mut value = location(path);
        if let Some(index) = self.index_of_path.get(path) {
            value["index"] = json!(index);
        }
        value
    }
}

fn location(path: &str) -> Value {
    let mut value = json!({ "uri": uri::of_path(path) });
    if uri::is_relative(path) {
        value["uriBaseId"] = json!(BASE);
    }
    value
}

/// Returns what was not scanned: it is never clean.
fn notifications(run: &Run) -> Vec<Value> {
    let failures = run.notices.iter().filter(|notice| notice.is_failure);
    let mut notifications: Vec<Value> =
        failures.map(|notice| notification("error", &format!("not scanned: {}", notice.text), None)).collect();
    for skill in &run.skills {
        for unread in &skill.report.completeness.unread {
            let path = crate::skill::sanitise_line(&unread.path, 1_000);
            let text = format!("not read: {path}: {}", crate::skill::sanitise_line(&unread.reason, 300));
            notifications.push(notification("warning", &text, Some(&skill.path(&path))));
        }
    }
    notifications
}

fn notification(level: &str, text: &str, path: Option<&str>) -> Value {
    let mut value = json!({ "level": level, "message": { "text": sarif_message(text) } });
    if let Some(path) = path {
        value["locations"] = json!([{ "physicalLocation": { "artifactLocation": location(path) } }]);
    }
    value
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
