//! A verdict in words.

use super::untrusted_line;
use crate::api::{SafetySummary, SafetyView};

/// Rules that are named; a verdict with more is bad enough.
const FLAGS: usize = 20;

/// Returns status, action, whether something runs, and the rules that found something.
pub(super) fn verdict(safety: &SafetySummary) -> String {
    let runs_code = if safety.executes_code { "yes" } else { "no" };
    let flags = &safety.safety_flags;
    let mut named = flags.iter().take(FLAGS).map(|flag| untrusted_line(flag, 60)).collect::<Vec<_>>().join(", ");
    if flags.len() > FLAGS {
        named.push_str(&format!(" and {} more", flags.len() - FLAGS));
    }
    let named = if flags.is_empty() { "none" } else { &named };
    format!(
        "{} ({}), runs code: {runs_code}, flags: {named}",
        safety.status.as_str(),
        safety.recommended_action.as_str()
    )
}

/// Returns what a verdict rests on, one line each.
pub(super) fn basis(safety: &SafetyView) -> Vec<String> {
    let analyzed_at = safety.analyzed_at.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let freshness = serde_json::to_value(safety.freshness).unwrap_or_default();
    let mut lines = vec![
        format!(
            "Score: {:.2} of 1; analysed: {analyzed_at}; freshness: {}",
            safety.score,
            freshness.as_str().unwrap_or("unknown")
        ),
        format!("Scope: {}", safety.scope),
    ];
    lines.extend(safety.threat.as_ref().map(|threat| format!("Threat: {}", untrusted_line(&threat.line(), 700))));
    let digests = [
        ("Audited SKILL.md", &safety.audited_content_hash),
        ("Audited bundle", &safety.audited_package_hash),
        ("Ruleset", &safety.ruleset_version),
    ];
    lines.extend(
        digests.into_iter().filter_map(|(label, value)| value.as_ref().map(|value| format!("{label}: {value}"))),
    );
    lines
}
