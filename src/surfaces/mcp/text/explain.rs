//! `explain_finding` in words.

use super::untrusted::bounded_fence;
use super::verdict::verdict;
use super::{findings, untrusted_line};
use crate::api::ExplainFindingResponse;

/// Renders what a rule means. All of it is ours but what it found in a skill.
pub(super) fn render(response: &ExplainFindingResponse) -> String {
    let skill = response.skill.as_ref();
    let mut lines = vec![match skill {
        Some(skill) => format!("Safety: {}", verdict(&skill.safety)),
        None => "Safety: no skill was named, so no verdict; this is what the rule means.".to_owned(),
    }];
    lines.push(format!("Rule {}: {}", response.rule_id, response.summary));
    lines.push(format!(
        "Severity: {}; confidence: {}; phase: {}; {}",
        response.severity.as_str(),
        response.confidence.as_str(),
        response.phase.as_str(),
        response.lifecycle
    ));
    lines.push(format!("Why it matters: {}", response.why_it_matters));
    lines.push(format!("False alarm where it is one of these: {}", response.not_flagged.join("; ")));
    lines.push(format!("What it misses: {}", response.what_it_misses));
    lines.push(format!("What to do: {}", response.what_to_do));
    lines.push(format!("More: {}", response.documentation));
    if let Some(skill) = skill {
        lines.push(format!("skill_id: {}", skill.skill_id));
        lines.extend(findings::listed(&skill.findings));
        lines.extend(findings::evidence(&skill.findings));
        lines.push(bounded_fence("name", &untrusted_line(&skill.name, 200)).text);
    }
    lines.join("\n")
}
