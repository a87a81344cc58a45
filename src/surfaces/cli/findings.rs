//! Verdicts and findings as every command shows them: what was seen, where, why it matters.

use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::SafetyView;
use crate::scan::{Finding, Persona, RecommendedAction, SafetyStatus};

/// Findings that a terminal shows; the rest is counted.
const SHOWN_FINDINGS: usize = 20;
/// Characters of a text in a finding.
const TEXT_CHARACTERS: usize = 1_000;
/// Where the texts of a finding begin.
const INDENT: usize = 10;

/// Returns a verdict as a mark of constant width.
pub(super) fn mark(status: SafetyStatus) -> String {
    paint(paint::verdict(status), &format!(" {:<9} ", status.as_str()))
}

/// Returns what to do, in words.
pub(super) fn advice(action: RecommendedAction) -> &'static str {
    match action {
        RecommendedAction::SafeToInstall => "safe to install",
        RecommendedAction::ReviewBeforeInstall => "review before install",
        RecommendedAction::Block => "blocked: do not install, do not load",
    }
}

/// Returns whether something in the bundle runs, in words.
pub(super) fn execution(executes_code: bool) -> &'static str {
    if executes_code { "runs code" } else { "runs no code" }
}

/// Returns the lines under a verdict: what to do, what it rests on, what it covers.
pub(super) fn safety_lines(safety: &SafetyView) -> Vec<String> {
    let mut facts = vec![
        advice(safety.recommended_action).to_owned(),
        execution(safety.executes_code).to_owned(),
        format!("score {:.2}", safety.score),
    ];
    if let Some(version) = &safety.ruleset_version {
        facts.push(format!("rules {}", line(version, 30)));
    }
    if let Some(time) = safety.analyzed_at {
        facts.push(format!("analysed {}", &time.to_string()[..10]));
    }
    facts.push(word(&safety.freshness).replace('_', " "));
    vec![facts.join(" · "), paint(paint::FAINT, &line(&safety.scope, 300))]
}

/// Returns findings, worst first, as many as a person reads.
pub(super) fn finding_lines(findings: &[Finding], width: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = findings.iter().take(SHOWN_FINDINGS).flat_map(|finding| one(finding, width)).collect();
    if findings.len() > SHOWN_FINDINGS {
        lines.push(format!("  … and {} more; --json lists them all", findings.len() - SHOWN_FINDINGS));
    }
    lines
}

fn one(finding: &Finding, width: Option<usize>) -> Vec<String> {
    let severity = paint(paint::severity(finding.severity), &format!(" {} ", finding.severity.as_str()));
    let mut head = format!("  {severity} {} {}", paint(paint::STRONG, &line(&finding.rule_id, 100)), place(finding));
    head.push_str(&paint(
        paint::FAINT,
        &format!("  {} confidence{}", finding.confidence.as_str(), audience(finding.persona)),
    ));
    let mut lines = vec![head];
    let mut text = |label: &str, text: &str| {
        let text = line(text, TEXT_CHARACTERS);
        if text.is_empty() {
            return;
        }
        for (index, part) in wrap(&text, width.map(|width| width.saturating_sub(INDENT))).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.push(format!("    {} {part}", paint(paint::FAINT, &format!("{label:<5}"))));
        }
    };
    text("seen", &finding.evidence);
    text("in", &finding.chain.join(" → "));
    text("why", &finding.reason);
    text("do", &finding.remedy);
    lines
}

/// Returns `path:line:column` as editors read it.
fn place(finding: &Finding) -> String {
    let location = &finding.location;
    let mut place = line(&location.path, 300);
    for number in [location.line, location.line.and(location.column)].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    place
}

fn audience(persona: Persona) -> &'static str {
    match persona {
        Persona::User => "",
        Persona::Author => ", advice for the author",
        Persona::Auditor => ", for whoever audits",
    }
}

/// Returns flags as a list of words.
pub(super) fn flags(flags: &[String]) -> String {
    flags.iter().map(|flag| line(flag, 60)).collect::<Vec<_>>().join(", ")
}

/// Returns the word by which the API calls a variant.
pub(super) fn word(variant: &impl serde::Serialize) -> String {
    serde_json::to_value(variant).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
