//! A preview as a SARIF log.

use serde_json::{Value, json};

use super::preview::Places;
use crate::api::package_preview::PreviewStatus;
use crate::operations::packages::{PackagePreview, PreviewedPackage};
use crate::scan::format::{SARIF_RESULTS, SarifRun, sarif_location, sarif_message, sarif_notification};

/// What a result says: the id of the rule, its level, and what it is about.
const RULES: [(&str, &str, &str); 4] = [
    ("package-rejected", "error", "A package that was looked at and rejected, or is known to be malicious."),
    ("package-advisory", "warning", "A package of which a flaw is publicly known."),
    ("package-unpinned", "note", "A package of which nobody can say which bytes will be installed."),
    ("package-uncertified", "note", "A package that nobody looked at yet."),
];

/// Writes what is not simply certified; `places` names the file of each package, `names` all files.
pub(super) fn preview_sarif(preview: &PackagePreview, places: &Places, names: &[String]) -> String {
    let results: Vec<Value> = preview.packages.iter().filter_map(|one| result(one, places, names)).collect();
    let mut notifications: Vec<Value> = preview
        .unread
        .iter()
        .map(|text| sarif_notification("warning", text, names.first().map(String::as_str)))
        .collect();
    let count = results.len();
    if count > SARIF_RESULTS {
        let text = format!("{count} packages are to be told of, and only {SARIF_RESULTS} are");
        notifications.push(sarif_notification("warning", &text, None));
    }
    let rules = RULES.iter().map(|(id, level, about)| {
        json!({ "id": id, "shortDescription": { "text": about }, "defaultConfiguration": { "level": level } })
    });
    let run = SarifRun {
        verb: "preview",
        is_automation: true,
        rules: rules.collect(),
        ruleset_version: None,
        is_complete: preview.unread.is_empty(),
        notifications,
        configuration: None,
        artifacts: None,
        results: results.into_iter().take(SARIF_RESULTS).collect(),
        properties: json!({ "packages": preview.packages.len() }),
    };
    run.into_log()
}

fn result(one: &PreviewedPackage, places: &Places, names: &[String]) -> Option<Value> {
    let dependency = &one.dependency;
    let package = format!("{}:{} {}", dependency.registry, dependency.name, dependency.requirement);
    let ids: Vec<&str> = one.advisories.iter().take(10).map(|advisory| advisory.id.as_str()).collect();
    let (rule, text) = match (one.status, ids.is_empty()) {
        (PreviewStatus::Rejected, true) => (0, format!("{package} was looked at and rejected")),
        (PreviewStatus::Rejected, false) => (0, format!("{package} is rejected: {}", ids.join(", "))),
        (_, false) => (1, format!("{package} is concerned by {}", ids.join(", "))),
        (PreviewStatus::Uncertified, true) => (2, format!("{package}: nobody can say which bytes will be installed")),
        (PreviewStatus::ToAudit, true) => (3, format!("{package} was not looked at yet")),
        (PreviewStatus::Certified, true) => return None,
    };
    let place = places.get(&(dependency.registry, dependency.name.clone())).or(names.first())?;
    let (id, level, _) = RULES[rule];
    Some(json!({
        "ruleId": id,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": sarif_message(&text) },
        "locations": [{ "physicalLocation": { "artifactLocation": sarif_location(place) } }],
        "partialFingerprints": { "package/v1": format!("{id}:{}:{}", dependency.registry, dependency.name) },
        "properties": { "direct": dependency.is_direct, "tier": one.tier.as_str() }
    }))
}
