//! The report of `touchmark scan`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SafetyView;
use crate::scan::{Finding, PhaseReport, RiskBand, ScanReport};
use crate::skill::{ParseIssue, UnreadFile};

/// A scan of one bundle. It holds no time, so that the same bundle gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ScanResponse {
    /// The folder or file that was scanned.
    pub path: String,
    /// Display name. Written by the skill's author.
    pub name: String,
    /// Root digest of the bundle.
    pub package_hash: String,
    /// Digest of SKILL.md.
    pub content_hash: String,
    /// Rules that scanned it.
    pub ruleset_version: String,
    /// The verdict, as /inspect shows it.
    pub safety: SafetyView,
    /// Cumulative risk: 0 is clean, 50 and more is critical.
    pub risk_score: u32,
    /// Band of the risk score.
    pub risk_band: RiskBand,
    /// Score and findings of every phase.
    pub phases: BTreeMap<String, PhaseReport>,
    /// What was seen, worst first.
    pub findings: Vec<Finding>,
    /// Findings among them that do not count, because whoever scans has decided so.
    pub suppressed_count: u64,
    /// What the bundle is able to do, with the place that shows it.
    pub capabilities: BTreeMap<String, String>,
    /// What was read and what was not.
    pub completeness: CompletenessView,
    /// Deviations from the specification, one line each.
    pub issues: Vec<String>,
}

/// What was read and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CompletenessView {
    /// Whether everything was read.
    pub is_complete: bool,
    /// Files that were read.
    pub files_read: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Files that were not read, with the reason.
    pub unread: Vec<String>,
}

impl ScanResponse {
    /// Shows the report of the bundle `name` at `path`.
    pub fn new(path: String, name: String, report: &ScanReport, issues: &[ParseIssue]) -> Self {
        let unread = |file: &UnreadFile| format!("{}: {}", file.path, file.reason);
        Self {
            path,
            name,
            package_hash: report.package_hash.to_string(),
            content_hash: report.content_hash.to_string(),
            ruleset_version: report.ruleset_version.to_string(),
            safety: SafetyView::from(report),
            risk_score: report.risk_score,
            risk_band: report.risk_band,
            phases: report.phases().into_iter().map(|(phase, result)| (phase.to_owned(), result)).collect(),
            findings: report.findings.clone(),
            suppressed_count: report.suppressed_count(),
            capabilities: report
                .capabilities
                .iter()
                .map(|(capability, place)| (capability.as_str().to_owned(), place.clone()))
                .collect(),
            completeness: CompletenessView {
                is_complete: report.completeness.unread.is_empty(),
                files_read: report.completeness.files_read,
                bytes_read: report.completeness.bytes_read,
                unread: report.completeness.unread.iter().map(unread).collect(),
            },
            issues: issues.iter().map(|issue| format!("{}: {}", issue.path, issue.message)).collect(),
        }
    }
}
