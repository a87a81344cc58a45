//! Findings in words: what was found in our words, and the evidence, which is an author's, behind
//! a fence.

use super::untrusted::bounded_fence;
use super::untrusted_line;
use crate::scan::Finding;

/// Findings that are listed, worst first.
const FINDINGS: usize = 40;

/// Lists findings, one a line.
pub(super) fn listed(findings: &[Finding]) -> Vec<String> {
    let count = findings.len();
    let mut lines = vec![match count {
        0 => "Findings: none".to_owned(),
        _ => format!("Findings: {count}, worst first; the evidence is fenced below"),
    }];
    lines.extend(findings.iter().take(FINDINGS).enumerate().map(|(index, finding)| {
        format!(
            "[{}] {} (confidence {}) {}: {}",
            index + 1,
            finding.severity.as_str(),
            finding.confidence.as_str(),
            untrusted_line(&finding.rule_id, 60),
            untrusted_line(&finding.reason, 400)
        )
    }));
    if count > FINDINGS {
        lines.push(format!("{} more findings are in the structured content", count - FINDINGS));
    }
    lines
}

/// Shows the place and the excerpt of each of them; nothing where there are none.
pub(super) fn evidence(findings: &[Finding]) -> Option<String> {
    if findings.is_empty() {
        return None;
    }
    let lines = findings.iter().take(FINDINGS).enumerate().map(|(index, finding)| {
        let place = &finding.location;
        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
        let evidence = untrusted_line(&finding.evidence, 400);
        format!("[{}] {}{line}: {evidence}", index + 1, untrusted_line(&place.path, 200))
    });
    Some(bounded_fence("evidence of the findings", &lines.collect::<Vec<_>>().join("\n")).text)
}
