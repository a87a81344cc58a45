//! Verdicts and findings as every command shows them: what was seen, where, why it matters.

use indicatif::HumanCount;

use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::SafetyView;
use crate::scan::{Finding, Persona, RecommendedAction, SafetyStatus};

/// Findings that a terminal shows; the rest is counted.
const SHOWN_GROUPS: usize = 20;
/// Further places of a finding that a terminal shows; the rest is counted.
const SHOWN_PLACES: usize = 6;
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
pub(super) fn safety_lines(safety: &SafetyView, width: Option<usize>) -> Vec<String> {
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
    let mut lines = wrap(&facts.join(" · "), width);
    lines.extend(wrap(&line(&safety.scope, 300), width).iter().map(|line| paint(paint::FAINT, line)));
    lines
}

/// Returns findings, worst first, as many as a person reads. What one rule saw in several
/// places for the same reason is shown once, with the places.
pub(super) fn finding_lines(findings: &[Finding], width: Option<usize>) -> Vec<String> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| is_alike(group[0], finding)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut lines: Vec<String> = groups.iter().take(SHOWN_GROUPS).flat_map(|group| one(group, width)).collect();
    if groups.len() > SHOWN_GROUPS {
        lines.push(format!("  … and {} more; --json lists them all", groups.len() - SHOWN_GROUPS));
    }
    lines
}

fn is_alike(left: &Finding, right: &Finding) -> bool {
    let key = |finding: &Finding| (finding.severity, finding.confidence, finding.persona);
    left.rule_id == right.rule_id && key(left) == key(right) && left.reason == right.reason && left.chain == right.chain
}

fn one(group: &[&Finding], width: Option<usize>) -> Vec<String> {
    let finding = group[0];
    let severity = paint(paint::severity(finding.severity), &format!(" {} ", finding.severity.as_str()));
    let mut head = format!("  {severity} {} {}", paint(paint::STRONG, &line(&finding.rule_id, 100)), place(finding));
    let certainty = format!("  {} confidence{}", finding.confidence.as_str(), audience(finding.persona));
    head.push_str(&paint(paint::FAINT, &certainty));
    let mut lines = vec![head];
    let mut text = |label: &str, text: &str| {
        let text = line(text, TEXT_CHARACTERS);
        if text.is_empty() {
            return;
        }
        let parts = wrap(&text, width.map(|width| width.saturating_sub(INDENT)));
        for (index, part) in parts.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.push(format!("    {} {part}", paint(paint::FAINT, &format!("{label:<5}"))));
        }
    };
    text("seen", &finding.evidence);
    text("also", &other_places(&group[1..]));
    text("in", &finding.chain.join(" → "));
    text("why", &finding.reason);
    text("do", &finding.remedy);
    lines
}

fn other_places(others: &[&Finding]) -> String {
    let mut places: Vec<String> = others.iter().take(SHOWN_PLACES).map(|finding| place(finding)).collect();
    if others.len() > SHOWN_PLACES {
        places.push(format!("and {} more", others.len() - SHOWN_PLACES));
    }
    places.join(", ")
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

/// Returns a number with the word for what is counted.
pub(super) fn count(number: u64, word: &str) -> String {
    format!("{} {word}{}", HumanCount(number), if number == 1 { "" } else { "s" })
}
