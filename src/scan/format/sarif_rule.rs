//! A rule as SARIF describes it.

use serde_json::{Value, json};

use super::sarif::sarif_message;
use super::section;
use crate::scan::{Confidence, Persona, Rule, Severity};

/// Tags of a rule that services show.
const TAGS: usize = 10;
/// Characters of a description that services show.
const DESCRIPTION_CHARACTERS: usize = 1_000;

/// Describes a rule; its page is below `documents_url`.
pub(super) fn rule(rule: &Rule, documents_url: &str) -> Value {
    let (why, what_to_do) = (section(rule.page, "Why it matters"), section(rule.page, "What to do"));
    json!({
        "id": rule.id,
        "name": pascal_case(rule.id),
        "shortDescription": { "text": sarif_message(&format!("{}.", rule.summary)) },
        "fullDescription": { "text": sarif_message(&one_line(why)) },
        "helpUri": format!("{documents_url}/docs/rules/{}", rule.id),
        "help": {
            "text": sarif_message(&one_line(what_to_do)),
            "markdown": format!("{why}\n\n## What to do\n\n{what_to_do}\n")
        },
        "defaultConfiguration": { "level": level(rule.severity, rule.persona) },
        "properties": {
            "precision": precision(rule.confidence),
            "security-severity": security_severity(rule.severity),
            "problem.severity": problem_severity(rule.severity, rule.persona),
            "tags": tags(rule),
            "phase": rule.phase.as_str(),
            "lifecycle": rule.lifecycle.as_str()
        }
    })
}

/// Returns the level of a finding. What does not count for the verdict is a note.
pub(super) fn level(severity: Severity, persona: Persona) -> &'static str {
    match severity {
        _ if persona != Persona::User => "note",
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn problem_severity(severity: Severity, persona: Persona) -> &'static str {
    match level(severity, persona) {
        "note" => "recommendation",
        level => level,
    }
}

/// Returns a number in the band that code scanning calls by the same name: above 9 is
/// critical, from 7 high, from 4 medium, below that low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.1",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

fn tags(rule: &Rule) -> Vec<String> {
    let references = rule.references.iter().map(|reference| match reference.strip_prefix("CWE-") {
        // The spelling by which code scanning finds weaknesses.
        Some(number) => format!("external/cwe/cwe-{number:0>3}"),
        None => (*reference).to_owned(),
    });
    ["security".to_owned(), rule.phase.as_str().to_owned()].into_iter().chain(references).take(TAGS).collect()
}

fn pascal_case(id: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    id.split('-').filter(|word| !word.is_empty()).map(capital).collect()
}

fn one_line(text: &str) -> String {
    crate::skill::sanitise_line(text, DESCRIPTION_CHARACTERS)
}
