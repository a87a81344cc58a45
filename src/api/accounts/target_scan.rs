//! `/v1/scans`: targets that the service fetches and scans, and the history of scans.

use serde::{Deserialize, Serialize};

use super::{EvaluatedPolicyView, PhasesView, PolicyResult, PolicyViolationView, ScanThreatView};
use crate::scan::RiskBand;
use crate::skill::Timestamp;

/// A request to scan a target.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SubmitScanRequest {
    /// What to scan: `git:https://…` or `https://…` for a repository, `github:owner/repository`,
    /// `skill:` with the UUID of an indexed skill, `npm:name@version`, `pypi:name@version`,
    /// or a host of skills (`well-known:https://…`, `clawhub:https://…`, `mcp:https://…`).
    pub target: String,
    /// Name of a policy, `default`, `strict` or one of the team: the scan is held against it
    /// whenever it is shown.
    #[serde(default)]
    pub policy: Option<String>,
}

/// A request for one scan.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowScanRequest {
    /// Id of the scan.
    pub id: String,
}

/// A request for the history of scans.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListScansRequest {
    /// How many, from 1 to 100; 20 where it is absent.
    #[serde(default)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Asked for at this time or later: a date, or a date-time such as 2026-06-12T00:00:00Z.
    #[serde(default)]
    pub from: Option<String>,
    /// Asked for before this time.
    #[serde(default)]
    pub to: Option<String>,
    /// clean, low, medium, high or critical.
    #[serde(default)]
    pub verdict: Option<String>,
    /// Text that the target has in it, such as `npm:express`.
    #[serde(default)]
    pub target: Option<String>,
}

/// A scan.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanView {
    /// Id of the scan.
    pub id: String,
    /// queued, extracting, processing, completed, failed, error or unsupported.
    pub status: String,
    /// What is scanned, sanitised.
    pub target: String,
    /// Cumulative risk score of all phases, or null before it is completed.
    pub score: Option<u32>,
    /// The verdict, or null before it is completed.
    pub verdict: Option<RiskBand>,
    /// Score and findings of every phase, or null before it is completed.
    pub phases: Option<PhasesView>,
    /// Milliseconds that the work took, or null before its end.
    pub duration_ms: Option<u64>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// The policy that was named, or null.
    pub policy: Option<String>,
    /// Whether it passes that policy as it is now, with the threats that are known by now. Null
    /// where none was named, before the scan is completed, and where the team has no such policy
    /// any more.
    pub policy_evaluation: Option<ScanPolicyView>,
    /// Why there is no verdict, or null.
    pub reason: Option<String>,
    /// Digests that the verdict is about.
    pub hashes: Vec<String>,
    /// The rules that scanned it, or null where another program did or nothing has yet.
    pub ruleset_version: Option<String>,
    /// Whether everything was read, or null where nobody knows.
    pub is_complete: Option<bool>,
    /// Threats that are known by now of what was scanned.
    pub threats: Vec<ScanThreatView>,
}

/// Whether what was scanned passes a policy.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanPolicyView {
    /// `pass` or `fail`.
    pub result: PolicyResult,
    /// The policy.
    pub policy: EvaluatedPolicyView,
    /// Why it does not pass; empty where it does.
    pub violations: Vec<PolicyViolationView>,
    /// What is to be told although it may pass.
    pub notices: Vec<String>,
}

/// A scan in the history.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListedScanView {
    /// Id of the scan.
    pub id: String,
    /// queued, extracting, processing, completed, failed, error or unsupported.
    pub status: String,
    /// What is scanned, sanitised.
    pub target: String,
    /// Cumulative risk score of all phases, or null before it is completed.
    pub score: Option<u32>,
    /// The verdict, or null before it is completed.
    pub verdict: Option<RiskBand>,
    /// Milliseconds that the work took, or null before its end.
    pub duration_ms: Option<u64>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// Part of the history of scans.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListedScansView {
    /// The scans, the latest first.
    pub scans: Vec<ListedScanView>,
    /// What to send as `cursor` for the next page, or null at the end.
    pub next_cursor: Option<String>,
    /// How many were asked for.
    pub limit: u32,
}

/// How far a scan has come.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanProgressView {
    /// The scan, as `GET /v1/scans/{id}` shows it.
    pub scan: ScanView,
    /// Whether nothing will come after it.
    pub is_final: bool,
}
