//! Rules that see the same thing at the same place: one of them tells it.

use std::collections::HashMap;

use super::layer::ends_in_view;
use super::{Finding, Severity};

/// Rules that look at one thing in different ways, the most telling first. Where it reports, the
/// others of its row say nothing new about the line, and would only count it again.
const FAMILIES: &[&[&str]] = &[
    &[
        "base64-to-shell",
        "powershell-encoded-command",
        "decode-and-execute",
        "decoded-code",
        "disguised-command",
        "encoded-command",
    ],
    &["download-to-shell", "downloaded-code", "untrusted-executable"],
    &["environment-to-network", "secret-to-network"],
    &["dns-exfiltration", "computed-lookup"],
    &["os-persistence", "startup-write"],
    &["foreign-package-source", "foreign-dependency"],
];

/// Lines below the place of a view in which its text stands in the file itself.
const VIEW_LINES: u32 = 400;

/// Drops what a rule found in a text as it is drawn, where it found the same in the text as it
/// is written.
pub(super) fn drop_repeated_views(findings: &mut Vec<Finding>) {
    if !findings.iter().any(|finding| ends_in_view(&finding.chain)) {
        return;
    }
    let mut written: HashMap<(&str, &str), Vec<(u32, Severity)>> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.chain.is_empty()) {
        let key = (finding.rule_id.as_str(), finding.location.path.as_str());
        written.entry(key).or_default().push((finding.location.line.unwrap_or(0), finding.severity));
    }
    let is_repeated = |finding: &Finding| {
        let key = (finding.rule_id.as_str(), finding.location.path.as_str());
        let first = finding.location.line.unwrap_or(0);
        written.get(&key).is_some_and(|places| {
            places
                .iter()
                .any(|(line, severity)| (first..first + VIEW_LINES).contains(line) && *severity >= finding.severity)
        })
    };
    let repeated: Vec<bool> =
        findings.iter().map(|finding| ends_in_view(&finding.chain) && is_repeated(finding)).collect();
    let mut repeated = repeated.into_iter();
    findings.retain(|_| !repeated.next().unwrap_or(false));
}

/// Drops what a more telling rule of the same family reports of the same line, in the same layer,
/// at the same or a higher severity.
pub(super) fn drop_overlaps(findings: &mut Vec<Finding>) {
    let mut told: HashMap<(&str, Place), Severity> = HashMap::new();
    for finding in findings.iter() {
        for less in less_telling(&finding.rule_id) {
            let severity = told.entry((less, Place::of(finding))).or_insert(finding.severity);
            *severity = finding.severity.max(*severity);
        }
    }
    let is_told = |finding: &Finding| {
        let rule = FAMILIES.iter().flat_map(|family| family.iter()).find(|rule| **rule == finding.rule_id);
        rule.and_then(|rule| told.get(&(*rule, Place::of(finding))))
            .is_some_and(|severity| *severity >= finding.severity)
    };
    let keep: Vec<bool> = findings.iter().map(|finding| !is_told(finding)).collect();
    let mut keep = keep.into_iter();
    findings.retain(|_| keep.next().unwrap_or(true));
}

/// Returns the rules that say nothing new where `rule` reports.
fn less_telling(rule: &str) -> impl Iterator<Item = &'static str> {
    FAMILIES
        .iter()
        .filter_map(move |family| {
            let rank = family.iter().position(|member| *member == rule)?;
            Some(family[rank + 1..].iter().copied())
        })
        .flatten()
}

/// A line of a file, as it is written or in a layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    path: String,
    line: Option<u32>,
    chain: Vec<String>,
}

impl Place {
    fn of(finding: &Finding) -> Self {
        let location = &finding.location;
        Self { path: location.path.clone(), line: location.line, chain: finding.chain.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RULES;
    use super::*;

    #[test]
    fn every_name_is_that_of_a_rule() {
        for rule in FAMILIES.concat() {
            assert!(RULES.iter().any(|known| known.id == rule), "{rule}");
        }
    }
}
