//! Verdicts and findings as every command shows them: what was seen, where, why it matters.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indicatif::HumanCount;

use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::SafetyView;
use crate::scan::{Finding, Persona, RecommendedAction, SafetyStatus, SuppressionKind};

/// Findings that a terminal shows; the rest is counted.
const SHOWN_GROUPS: usize = 20;
/// Further places of a finding that a terminal shows; the rest is counted.
const SHOWN_PLACES: usize = 6;
/// Rules that are named where findings are only counted.
const SHOWN_RULES: usize = 6;
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

/// How much of a list of findings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// As much as a person reads; notes and what was decided about are counted.
    Digest {
        /// How to see the rest.
        more: &'static str,
    },
    /// Everything.
    All,
}

/// Returns findings, worst first. What one rule saw in several places for the same reason is
/// shown once, with the places; what does not count is folded into a line.
pub(super) fn finding_lines(findings: &[Finding], width: Option<usize>, detail: Detail) -> Vec<String> {
    let is_folded = |finding: &Finding| detail != Detail::All && (finding.is_note() || finding.suppression.is_some());
    let (folded, open): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| is_folded(finding));
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    // A hostile skill has as many findings as its files allow, each perhaps with its own reason.
    let mut group_of: HashMap<_, usize> = HashMap::new();
    for finding in open {
        let index = *group_of.entry(likeness(finding)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let shown = if detail == Detail::All { groups.len() } else { SHOWN_GROUPS };
    let mut lines: Vec<String> = groups.iter().take(shown).flat_map(|group| one(group, width, detail)).collect();
    let mut facts = Vec::new();
    if groups.len() > shown {
        let hidden: usize = groups[shown..].iter().map(Vec::len).sum();
        facts.push(count(hidden as u64, "more finding"));
    }
    facts.extend(fold(&folded));
    if let (Detail::Digest { more }, false) = (detail, facts.is_empty()) {
        let text = format!("not shown: {}; {more}", facts.join(", "));
        let parts = wrap(&text, width.map(|width| width.saturating_sub(2)));
        lines.extend(parts.iter().map(|part| format!("  {}", paint(paint::FAINT, part))));
    }
    lines
}

/// Counts what is folded: notes by rule, and what was decided about.
fn fold(folded: &[&Finding]) -> Vec<String> {
    let (decided, notes): (Vec<&Finding>, Vec<&Finding>) =
        folded.iter().partition(|finding| finding.suppression.is_some());
    let mut facts = Vec::new();
    if !notes.is_empty() {
        facts.push(format!("{} ({})", count(notes.len() as u64, "note"), by_rule(&notes)));
    }
    let known = |finding: &&&Finding| {
        finding.suppression.as_ref().is_some_and(|suppression| suppression.kind == SuppressionKind::Baseline)
    };
    let known_count = decided.iter().filter(known).count();
    let suppressed: Vec<&Finding> = decided.iter().filter(|finding| !known(finding)).copied().collect();
    if !suppressed.is_empty() {
        facts.push(format!("{} suppressed ({})", suppressed.len(), by_rule(&suppressed)));
    }
    if known_count > 0 {
        facts.push(format!("{known_count} in the baseline"));
    }
    facts
}

fn by_rule(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    findings.iter().for_each(|finding| *counts.entry(&finding.rule_id).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let hidden = counts.len().saturating_sub(SHOWN_RULES);
    let mut words: Vec<String> =
        counts.iter().take(SHOWN_RULES).map(|(rule, count)| format!("{} {count}", line(rule, 100))).collect();
    if hidden > 0 {
        words.push(format!("{hidden} more rules"));
    }
    words.join(", ")
}

/// Returns what findings have in common that are shown as one.
fn likeness(finding: &Finding) -> impl Eq + std::hash::Hash {
    let decision = finding.suppression.as_ref().map(|suppression| suppression.reason.as_str());
    (
        (finding.rule_id.as_str(), finding.severity, finding.confidence, finding.persona),
        (finding.reason.as_str(), finding.chain.as_slice(), decision),
    )
}

fn one(group: &[&Finding], width: Option<usize>, detail: Detail) -> Vec<String> {
    let finding = group[0];
    let severity = paint(paint::severity(finding.severity), &format!(" {} ", finding.severity.as_str()));
    let mut head = format!("  {severity} {} {}", paint(paint::STRONG, &line(&finding.rule_id, 100)), place(finding));
    let certainty = format!("  {} confidence{}", finding.confidence.as_str(), audience(finding));
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
    text("also", &other_places(&group[1..], detail));
    text("in", &finding.chain.join(" → "));
    text("why", &finding.reason);
    text("do", &finding.remedy);
    if let Some(suppression) = &finding.suppression {
        let by = suppression.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
        let until = suppression.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
        text("held", &format!("{}{by}{until}", suppression.reason));
    }
    if detail == Detail::All {
        // What a suppression names.
        let names: BTreeSet<&str> = group.iter().map(|finding| finding.fingerprint.as_str()).collect();
        text("id", &names.into_iter().collect::<Vec<_>>().join(", "));
    }
    lines
}

fn other_places(others: &[&Finding], detail: Detail) -> String {
    let shown = if detail == Detail::All { others.len() } else { SHOWN_PLACES };
    let mut places: Vec<String> = others.iter().take(shown).map(|finding| place(finding)).collect();
    if others.len() > shown {
        places.push(format!("and {} more", others.len() - shown));
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

fn audience(finding: &Finding) -> &'static str {
    match finding.persona {
        _ if finding.is_preview => ", a preview that does not count",
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
