//! Findings that appeared, worsened or went.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::scan::{Finding, ScanReport, Severity};

/// Findings of each list that are kept, the worst first; the rest is counted.
const FINDINGS: usize = 100;

/// How two lists of findings differ. Two findings are the same where rule, file, layers and
/// excerpt are: a line that moved is no news.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FindingChanges {
    /// Findings that were not there, worst first; at most a hundred.
    pub appeared: Vec<Finding>,
    /// How many appeared.
    pub appeared_count: u64,
    /// Findings that were there, and are worse now; at most a hundred.
    pub worsened: Vec<WorsenedFinding>,
    /// How many worsened.
    pub worsened_count: u64,
    /// Findings that are no longer there, worst first; at most a hundred.
    pub went: Vec<Finding>,
    /// How many went.
    pub went_count: u64,
    /// How many are there as before.
    pub unchanged_count: u64,
}

/// A finding whose surroundings make it worse than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorsenedFinding {
    /// The severity that it had.
    pub severity_before: Severity,
    /// The finding as it is now.
    pub finding: Finding,
}

impl FindingChanges {
    /// Compares the findings of two reports; `renamed` leads from old paths to new ones.
    pub(super) fn between(base: &ScanReport, candidate: &ScanReport, renamed: &BTreeMap<String, String>) -> Self {
        Self::of(&base.findings, &candidate.findings, renamed)
    }

    /// Compares two lists of findings, each worst first.
    pub(super) fn of(base: &[Finding], candidate: &[Finding], renamed: &BTreeMap<String, String>) -> Self {
        let mut left: HashMap<_, Vec<&Finding>> = HashMap::new();
        for finding in base.iter().rev() {
            left.entry(key(finding, Some(renamed))).or_default().push(finding);
        }
        let mut changes = Self::default();
        for finding in candidate {
            match left.get_mut(&key(finding, None)).and_then(Vec::pop) {
                None => {
                    changes.appeared_count += 1;
                    changes.appeared.push(finding.clone());
                }
                Some(before) if before.severity < finding.severity => {
                    changes.worsened_count += 1;
                    changes
                        .worsened
                        .push(WorsenedFinding { severity_before: before.severity, finding: finding.clone() });
                }
                Some(_) => changes.unchanged_count += 1,
            }
        }
        // In the order of the report, which is that of severity and place.
        for finding in base {
            if let Some(rest) = left.get_mut(&key(finding, Some(renamed)))
                && rest.iter().any(|other| std::ptr::eq(*other, finding))
            {
                changes.went_count += 1;
                changes.went.push(finding.clone());
            }
        }
        changes.appeared.truncate(FINDINGS);
        changes.worsened.truncate(FINDINGS);
        changes.went.truncate(FINDINGS);
        changes
    }
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a [String], Option<&'a str>);

/// Returns what two findings that are the same have in common.
fn key<'a>(finding: &'a Finding, renamed: Option<&'a BTreeMap<String, String>>) -> Key<'a> {
    let path = finding.location.path.as_str();
    let path = renamed.and_then(|renamed| renamed.get(path)).map_or(path, String::as_str);
    (&finding.rule_id, path, &finding.evidence, &finding.chain, finding.signature.as_deref())
}
