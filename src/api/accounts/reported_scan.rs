//! `POST /v1/scan`: a scan that a command line made and reports.

use serde::{Deserialize, Serialize};

use crate::account::ScanId;
use crate::scan::RiskBand;
use crate::skill::Timestamp;

/// What a command line found. It sends only metadata, never source code.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ReportScanRequest {
    /// Unique identifier of the scan, from the command line.
    pub quarantine_id: String,
    /// One of git, pip, npm, url, local.
    pub source_type: String,
    /// URL, package name or path that was scanned.
    pub source_ref: String,
    /// SHA-256 digest of what was scanned, with or without `sha256:`.
    #[serde(default)]
    pub source_hash: Option<String>,
    /// Cumulative risk score of all phases.
    pub score: u32,
    /// One of clean, low, medium, high, critical.
    pub verdict: String,
    /// What each phase found.
    pub phases: Vec<ReportedPhase>,
    /// Counts of files by type, and their total size: numbers by name.
    #[serde(default)]
    pub file_stats: Option<serde_json::Map<String, serde_json::Value>>,
    /// Version of the command line.
    #[serde(default)]
    pub cli_version: Option<String>,
}

/// What one phase found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ReportedPhase {
    /// Number of the phase: 1 to 6, and 7 and 8 of this program's own scanner.
    pub phase: u8,
    /// Name of the phase.
    pub name: String,
    /// What the phase adds to the score.
    pub score: u32,
    /// One line for each finding.
    pub findings: Vec<String>,
}

/// A scan that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ReportedScanView {
    /// Id of the scan.
    pub scan_id: ScanId,
    /// The identifier that was sent.
    pub quarantine_id: String,
    /// The score that was sent.
    pub score: u32,
    /// The worst of the verdict that was sent, the one of the score, and what known threats ask for.
    pub verdict: RiskBand,
    /// Known threats with this digest, or in this package.
    pub threats: Vec<ScanThreatView>,
    /// The publisher of what was scanned, or null where nothing is known of one.
    pub publisher: Option<ScanPublisherView>,
    /// When it was kept.
    pub created_at: Timestamp,
}

/// A known threat that a scan met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanThreatView {
    /// The digest by which it was known, or null where it names the package alone.
    pub hash: Option<String>,
    /// The package that it names, such as `npm:evil@1.0.0`, or null; without a version it is
    /// every one.
    pub package: Option<String>,
    /// low, medium, high or critical.
    pub severity: String,
    /// What it does.
    pub description: String,
    /// Since when it is known.
    pub reported_at: Timestamp,
    /// How many reports there were.
    pub reports_count: u64,
}

/// Who published what was scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanPublisherView {
    /// Id of the publisher.
    pub id: String,
    /// Name of the publisher, sanitised.
    pub name: String,
    /// Reputation from 0 to 100.
    pub reputation: u32,
    /// Packages that are known.
    pub total_packages: u64,
    /// Packages among them with a bad verdict.
    pub flagged_packages: u64,
}
