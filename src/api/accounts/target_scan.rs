//! `/v1/scans`: targets that the service fetches and scans, and the history of scans.

use serde::{Deserialize, Serialize};

use super::{PhasesView, ScanThreatView};
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
    /// Name of a policy to keep with the scan. The scan is judged by it where it is evaluated.
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
