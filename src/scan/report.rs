//! The report of a scan: everything that was found, and what was looked at.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fingerprint;
use super::{Capability, Finding, Phase, RecommendedAction, RiskBand, RulesetVersion, SafetyStatus, Severity};
use crate::skill::{Sha256Digest, SkillBundle, UnreadFile};

/// The report of one scan. It holds no time: the same bundle gives the same report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanReport {
    /// The bundle that was scanned.
    pub package_hash: Sha256Digest,
    /// The SKILL.md that was scanned.
    pub content_hash: Sha256Digest,
    /// The rules that scanned it.
    pub ruleset_version: RulesetVersion,
    /// The verdict.
    pub status: SafetyStatus,
    /// Cumulative risk: 0 is clean, 50 and more is critical.
    pub risk_score: u32,
    /// The band of the risk score.
    pub risk_band: RiskBand,
    /// Whether the bundle holds something that runs.
    pub executes_code: bool,
    /// What the bundle is able to do, with the place that shows it.
    pub capabilities: BTreeMap<Capability, String>,
    /// Findings in order of severity, path and line.
    pub findings: Vec<Finding>,
    /// What was looked at, and what was not.
    pub completeness: Completeness,
}

/// What a scan looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// Files that were read.
    pub files_read: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Files that are part of the skill and were not read.
    pub unread: Vec<UnreadFile>,
}

/// Score and findings of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PhaseReport {
    /// Score contribution of the phase.
    pub score: u32,
    /// One line for each finding: what, and where.
    pub findings: Vec<String>,
}

impl ScanReport {
    /// Draws up the report of `bundle` from its findings; `unread_inside` is what is inside of
    /// its files and was not read.
    pub(super) fn new(
        bundle: &SkillBundle,
        ruleset_version: RulesetVersion,
        unread_inside: Vec<UnreadFile>,
        mut findings: Vec<Finding>,
        capabilities: BTreeMap<Capability, String>,
        executes_code: bool,
    ) -> Self {
        fingerprint::fill_in(&mut findings, bundle);
        findings.sort_by(|left, right| {
            let key = |finding: &Finding| {
                (
                    std::cmp::Reverse(finding.severity),
                    finding.location.clone(),
                    finding.rule_id.clone(),
                    finding.fingerprint.clone(),
                )
            };
            key(left).cmp(&key(right))
        });
        let completeness = Completeness {
            files_read: bundle.files.len() as u64,
            bytes_read: bundle.files.iter().filter_map(|file| file.bytes()).map(|bytes| bytes.len() as u64).sum(),
            unread: bundle.unread.iter().cloned().chain(unread_inside).collect(),
        };
        let mut report = Self {
            package_hash: bundle.package_hash,
            content_hash: bundle.content_hash,
            ruleset_version,
            status: SafetyStatus::Unaudited,
            risk_score: 0,
            risk_band: RiskBand::Clean,
            executes_code,
            capabilities,
            findings,
            completeness,
        };
        report.judge();
        report
    }

    /// Reads verdict and score off the findings that count.
    pub(crate) fn judge(&mut self) {
        self.status = SafetyStatus::of(&self.findings, self.completeness.unread.is_empty());
        self.risk_score = Phase::ALL.iter().map(|phase| phase_score(&self.findings, *phase)).sum();
        self.risk_band = RiskBand::of(self.risk_score);
    }

    /// Tells whether verdict and score are what the findings say by the rules of this program.
    pub fn is_judged_right(&self) -> bool {
        let mut judged = self.clone();
        judged.judge();
        let read = |report: &Self| (report.status, report.risk_score, report.risk_band);
        read(&judged) == read(self)
    }

    /// Returns what to do with the skill.
    pub fn recommended_action(&self) -> RecommendedAction {
        RecommendedAction::of(self.status, self.executes_code)
    }

    /// Returns the safety score: 1 is clean, 0 is a risk score of 100 or more.
    pub fn safety_score(&self) -> f64 {
        f64::from(100 - self.risk_score.min(100)) / 100.0
    }

    /// Returns the ids of the rules that found something worth more than a note, sorted.
    pub fn safety_flags(&self) -> Vec<String> {
        let mut flags: BTreeSet<&str> = self
            .findings
            .iter()
            .filter(|finding| finding.counts() && finding.severity > Severity::Info)
            .map(|finding| finding.rule_id.as_str())
            .collect();
        if !self.completeness.unread.is_empty() {
            flags.insert(INCOMPLETE_FLAG);
        }
        flags.into_iter().map(str::to_owned).collect()
    }

    /// Returns the number of findings that do not count because somebody has decided so.
    pub fn suppressed_count(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.suppression.is_some()).count() as u64
    }

    /// Returns score and findings of every phase.
    pub fn phases(&self) -> BTreeMap<&'static str, PhaseReport> {
        let of = |phase: Phase| {
            let findings = self.findings.iter().filter(|finding| finding.phase == phase).map(|finding| {
                match finding.location.line {
                    Some(line) => format!("{} in {}:{line}", finding.rule_id, finding.location.path),
                    None => format!("{} in {}", finding.rule_id, finding.location.path),
                }
            });
            PhaseReport { score: phase_score(&self.findings, phase), findings: findings.collect() }
        };
        Phase::ALL.iter().map(|phase| (phase.as_str(), of(*phase))).collect()
    }
}

/// The flag of a bundle of which not everything was read.
pub const INCOMPLETE_FLAG: &str = "incomplete-scan";

/// The worst finding of each rule counts in full, every further one a point, at most five.
fn phase_score(findings: &[Finding], phase: Phase) -> u32 {
    let mut by_rule: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.phase == phase && finding.counts()) {
        let points = points(finding.severity);
        let entry = by_rule.entry(&finding.rule_id).or_default();
        entry.0 = entry.0.max(points);
        entry.1 += u32::from(points > 0);
    }
    by_rule.values().map(|(worst, count)| worst + count.saturating_sub(1).min(5)).sum()
}

/// Points that put a single finding of each severity into the band of the same name.
fn points(severity: Severity) -> u32 {
    match severity {
        Severity::Info => 0,
        Severity::Low => 3,
        Severity::Medium => 10,
        Severity::High => 25,
        Severity::Critical => 50,
    }
}
