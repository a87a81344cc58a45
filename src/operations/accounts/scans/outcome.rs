//! From reports of the scanner to what is kept of a scan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::api::accounts::{PhasesView, ScanOutcome};
use crate::policy::StatedScan;
use crate::scan::{Phase, ScanReport, Severity};
use crate::skill::Sha256Digest;
use crate::store::ScanResult;
use crate::threat::{AffectedPackage, Ecosystem};

/// Digests of one scan by which a threat is known again: of more parts than that, the first.
const DIGESTS: usize = 200;
/// The rule that finds secrets that work.
const SECRET_RULE: &str = "live-secret";

/// What lists show of a scan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Summary {
    /// Distinct rules that found something worth more than a note.
    pub issues: u64,
    /// Live secrets.
    pub secrets: u64,
    /// What the file is, and the phases in which something was found.
    pub classes: Vec<String>,
    /// The release that was looked at, where the target is a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<ScannedPackage>,
}

/// A release of a package that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ScannedPackage {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub version: Option<String>,
}

impl From<&AffectedPackage> for ScannedPackage {
    fn from(package: &AffectedPackage) -> Self {
        let version = package.version().map(str::to_owned);
        Self { ecosystem: package.ecosystem(), name: package.name().to_owned(), version }
    }
}

impl ScannedPackage {
    /// Returns the package that a threat may name.
    pub(super) fn affected(&self) -> Option<AffectedPackage> {
        AffectedPackage::new(self.ecosystem, &self.name, self.version.as_deref()).ok()
    }
}

/// What else there is to show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub phases: PhasesView,
    /// The rules of this program; none where another one scanned.
    pub ruleset_version: Option<String>,
    /// Whether everything was read; none where nobody knows.
    pub is_complete: Option<bool>,
    /// What policies are held against; none where another program scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<StatedScan>,
    /// What a command line sent with its scan.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub reported: serde_json::Value,
}

/// Adds which release of a package it was, where a threat can name it.
pub(super) fn of_package(mut result: ScanResult, package: Option<&AffectedPackage>) -> ScanResult {
    let package = package.map(ScannedPackage::from);
    let summary = serde_json::from_value::<Summary>(result.summary.clone()).unwrap_or_default();
    result.summary = serde_json::to_value(Summary { package, ..summary }).unwrap_or_default();
    result
}

/// Puts together what came of the parts of one target or file, each with its folder. `classes` say
/// what it is, and `digests` what else it is known by.
pub(super) fn result_of(
    parts: &[(String, ScanReport)],
    mut classes: Vec<String>,
    digests: Vec<Sha256Digest>,
    is_complete: bool,
) -> ScanResult {
    let borrowed: Vec<(String, &ScanReport)> = parts.iter().map(|(folder, report)| (folder.clone(), report)).collect();
    let outcome = ScanOutcome::of_parts(&borrowed);
    let counted = || {
        let findings = parts.iter().flat_map(|(_, report)| &report.findings);
        findings.filter(|finding| finding.counts() && finding.severity > Severity::Info)
    };
    let issues: BTreeSet<&str> = counted().map(|finding| finding.rule_id.as_str()).collect();
    let flagged = Phase::ALL.into_iter().filter(|phase| outcome.phases.of(*phase).score > 0);
    classes.extend(flagged.map(|phase| phase.as_str().to_owned()));
    let summary = Summary {
        issues: issues.len() as u64,
        secrets: counted().filter(|finding| finding.rule_id == SECRET_RULE).count() as u64,
        classes,
        package: None,
    };
    let of_parts = parts.iter().flat_map(|(_, report)| [report.package_hash, report.content_hash]);
    let empty = Sha256Digest::of(b"");
    // Those of the whole come first, so that many files push none of them out.
    let digests: BTreeSet<Sha256Digest> =
        of_parts.chain(digests).filter(|digest| *digest != empty).take(DIGESTS).collect();
    let is_complete = is_complete && parts.iter().all(|(_, report)| report.completeness.unread.is_empty());
    let ruleset_version = parts.first().map(|(_, report)| report.ruleset_version.to_string());
    // What was not read keeps any verdict from being clean.
    let verdict = if is_complete { outcome.verdict } else { outcome.verdict.max(crate::scan::RiskBand::Medium) };
    let facts = StatedScan::of_parts(parts.iter().map(|(_, report)| report));
    let detail = Detail {
        phases: outcome.phases,
        facts: facts.map(|facts| StatedScan { is_complete: Some(is_complete), ..facts }),
        ruleset_version,
        is_complete: Some(is_complete),
        reported: serde_json::Value::Null,
    };
    ScanResult {
        score: outcome.score,
        verdict,
        digests: digests.into_iter().collect(),
        summary: serde_json::to_value(summary).unwrap_or_default(),
        detail: serde_json::to_value(detail).unwrap_or_default(),
    }
}
