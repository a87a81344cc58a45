//! A finding as a SARIF result.

use serde_json::{Map, Value, json};

use super::ScannedSkill;
use super::sarif::{Artifacts, sarif_message};
use super::sarif_rule::level;
use crate::scan::{Finding, RULES, SuppressionKind};

/// Writes a finding. What the author wrote stands in the snippet and in properties, which no
/// reader takes for markup, and not in the message.
pub(super) fn result(skill: &ScannedSkill, finding: &Finding, occurrence: u32, artifacts: &Artifacts) -> Value {
    let mut value = json!({ "ruleId": finding.rule_id });
    if let Some(index) = RULES.iter().position(|rule| rule.id == finding.rule_id) {
        value["ruleIndex"] = json!(index);
    }
    value["level"] = json!(level(finding.severity, finding.persona));
    value["message"] = json!({ "text": sarif_message(&text(finding)) });
    let place = place(skill, finding, artifacts);
    value["locations"] = json!([{ "physicalLocation": place }]);
    if !finding.chain.is_empty() {
        value["codeFlows"] = json!([flow(finding, &place)]);
    }
    value["partialFingerprints"] = json!({
        "primaryLocationLineHash": format!("{}:{occurrence}", finding.fingerprint),
        "touchmarkFinding/v1": finding.fingerprint
    });
    if let Some(suppression) = &finding.suppression {
        let mut justification = suppression.reason.clone();
        if let Some(by) = &suppression.by {
            justification.push_str(&format!(" ({by}"));
            justification
                .push_str(&suppression.expires.as_ref().map_or(")".to_owned(), |day| format!(", until {day})")));
        }
        let kind = match suppression.kind {
            SuppressionKind::Suppressed => "suppression",
            SuppressionKind::Baseline => "baseline",
        };
        value["suppressions"] = json!([{
            "kind": "external", "status": "accepted", "justification": justification,
            "properties": { "origin": kind }
        }]);
    }
    value["properties"] = Value::Object(properties(skill, finding));
    value
}

/// Returns what the finding says in our own words.
fn text(finding: &Finding) -> String {
    let mut reason = finding.reason.trim_end_matches('.').to_owned();
    if let Some(first) = reason.get(..1) {
        reason.replace_range(..1, &first.to_uppercase());
    }
    format!("{reason}. {}", finding.remedy)
}

fn place(skill: &ScannedSkill, finding: &Finding, artifacts: &Artifacts) -> Value {
    let mut place = json!({ "artifactLocation": artifacts.location(&skill.path(&finding.location.path)) });
    if let Some(line) = finding.location.line {
        place["region"] = json!({ "startLine": line });
        if let Some(column) = finding.location.column {
            place["region"]["startColumn"] = json!(column);
        }
        place["region"]["snippet"] = json!({ "text": finding.evidence });
    }
    place
}

/// Returns the layers that were opened, outermost first, all at the place that holds them.
fn flow(finding: &Finding, place: &Value) -> Value {
    let mut outer = place.clone();
    if let Some(region) = outer.get_mut("region").and_then(Value::as_object_mut) {
        region.shift_remove("snippet");
    }
    let step = |depth: usize, text: &str| {
        json!({
            "nestingLevel": depth,
            "location": { "physicalLocation": outer, "message": { "text": sarif_message(text) } }
        })
    };
    let mut steps: Vec<Value> = finding.chain.iter().enumerate().map(|(depth, text)| step(depth, text)).collect();
    let mut last = step(finding.chain.len(), "what was seen");
    last["location"]["physicalLocation"] = place.clone();
    steps.push(last);
    json!({ "threadFlows": [{ "locations": steps }] })
}

fn properties(skill: &ScannedSkill, finding: &Finding) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut add = |key: &str, value: Value| {
        properties.insert(key.to_owned(), value);
    };
    add("severity", json!(finding.severity));
    add("confidence", json!(finding.confidence));
    add("phase", json!(finding.phase));
    add("audience", json!(finding.persona));
    add("evidence", json!(finding.evidence));
    if !finding.chain.is_empty() {
        add("chain", json!(finding.chain));
    }
    if let Some(signature) = &finding.signature {
        add("signature", json!(signature));
    }
    if finding.is_preview {
        add("preview", json!(true));
    }
    add("package_hash", json!(skill.report.package_hash));
    properties
}
