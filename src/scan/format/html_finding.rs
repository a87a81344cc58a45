//! The findings of a skill on the page, by severity.

use super::ScannedSkill;
use super::html::escape;
use super::subject::{Run, count};
use crate::scan::{Finding, RULES, Severity};

/// Findings of one rule and severity that are shown open; further ones are folded.
const OPEN_FINDINGS: usize = 5;
/// Findings that are folded under one line; a browser has to hold them all.
const FOLDED_FINDINGS: usize = 500;

/// Writes all findings: those that count, notes, and what was decided about.
pub(super) fn findings(skill: &ScannedSkill, run: &Run) -> String {
    let (decided, open): (Vec<&Finding>, Vec<&Finding>) =
        skill.report.findings.iter().partition(|finding| finding.suppression.is_some());
    let (notes, counted): (Vec<&Finding>, Vec<&Finding>) = open.into_iter().partition(|finding| finding.is_note());
    let mut text = String::new();
    if counted.is_empty() {
        text.push_str("<p class=\"none\">Nothing was found that counts for the verdict.</p>\n");
    }
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        let group: Vec<_> = counted.iter().filter(|finding| finding.severity == severity).collect();
        if group.is_empty() {
            continue;
        }
        text.push_str(&format!("<h3>{} <span class=\"count\">{}</span></h3>\n", severity.as_str(), group.len()));
        let mut rules: Vec<&str> = Vec::new();
        for finding in &group {
            if !rules.contains(&finding.rule_id.as_str()) {
                rules.push(&finding.rule_id);
            }
        }
        for rule in rules {
            let alike: Vec<&Finding> =
                group.iter().filter(|finding| finding.rule_id == rule).map(|each| **each).collect();
            let (shown, folded) = alike.split_at(alike.len().min(OPEN_FINDINGS));
            shown.iter().for_each(|finding| text.push_str(&one_finding(finding, skill, run)));
            text.push_str(&fold(&format!("{} more of {}", folded.len(), escape(rule)), folded, skill, run));
        }
    }
    text.push_str(&fold(&count(notes.len(), "note"), &notes, skill, run));
    text.push_str(&fold(&format!("{} suppressed or known", decided.len()), &decided, skill, run));
    text
}

fn fold(summary: &str, findings: &[&Finding], skill: &ScannedSkill, run: &Run) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let shown = findings.iter().take(FOLDED_FINDINGS);
    let mut inner: String = shown.map(|finding| one_finding(finding, skill, run)).collect();
    if findings.len() > FOLDED_FINDINGS {
        inner.push_str(&format!(
            "<p>… and {} more; the JSON report lists them.</p>\n",
            findings.len() - FOLDED_FINDINGS
        ));
    }
    format!("<details>\n<summary>{summary}</summary>\n{inner}</details>\n")
}

fn one_finding(finding: &Finding, skill: &ScannedSkill, run: &Run) -> String {
    let location = &finding.location;
    let mut place = skill.path(&location.path);
    for number in [location.line, location.line.and(location.column)].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    let rule = if RULES.iter().any(|rule| rule.id == finding.rule_id) {
        let url = format!("{}/docs/rules/{}", run.documents_url, finding.rule_id);
        format!("<a rel=\"noreferrer\" href=\"{}\">{}</a>", escape(&url), escape(&finding.rule_id))
    } else {
        escape(&finding.rule_id)
    };
    let mut text = format!(
        "<article class=\"finding {severity}\">\n<p class=\"head\"><span class=\"severity\">{severity}</span> <b>{rule}</b> <span class=\"path\">{}</span></p>\n<p>{}.</p>\n",
        escape(&place),
        code(&capital(&escape(finding.reason.trim_end_matches('.')))),
        severity = finding.severity.as_str(),
    );
    if !finding.evidence.is_empty() {
        text.push_str(&format!("<pre><code>{}</code></pre>\n", escape(&finding.evidence)));
    }
    if !finding.chain.is_empty() {
        let steps: Vec<String> = finding.chain.iter().map(|step| escape(step)).collect();
        text.push_str(&format!("<p class=\"chain\">inside {}</p>\n", steps.join(" → ")));
    }
    text.push_str(&format!("<p class=\"remedy\">{}</p>\n", escape(&finding.remedy)));
    if let Some(suppression) = &finding.suppression {
        let by = suppression.by.as_ref().map(|by| format!(" — {}", escape(by))).unwrap_or_default();
        let until = suppression.expires.as_ref().map(|day| format!(", until {}", escape(day))).unwrap_or_default();
        text.push_str(&format!(
            "<p class=\"decided\">Does not count: {}{by}{until}</p>\n",
            escape(&suppression.reason)
        ));
    }
    text.push_str(&format!(
        "<p class=\"small\">{} · {} confidence · {}</p>\n</article>\n",
        finding.phase.as_str().replace('_', " "),
        finding.confidence.as_str(),
        finding.fingerprint
    ));
    text
}

/// Returns escaped text with what stands between backticks as code.
fn code(escaped: &str) -> String {
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped.to_owned();
    }
    let part = |(index, part): (usize, &&str)| {
        if index % 2 == 1 { format!("<code>{part}</code>") } else { (*part).to_owned() }
    };
    parts.iter().enumerate().map(part).collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
