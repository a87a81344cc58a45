//! `/api/scans`: files that were uploaded.

use serde::{Deserialize, Serialize};

use super::PhasesView;
use crate::skill::Timestamp;

/// An upload. The body is the file: `multipart/form-data` with a part `file`, or the bytes.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct UploadScanRequest {}

/// A request for uploaded files.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListFileScansRequest {
    /// How many, from 1 to 100; 20 where it is absent.
    #[serde(default)]
    pub limit: Option<String>,
    /// How many of the latest to leave out; 0 where it is absent.
    #[serde(default)]
    pub offset: Option<String>,
    /// queued, pending, extracting, processing, completed, failed, error or unsupported.
    #[serde(default)]
    pub status: Option<String>,
    /// Text that the file name has in it.
    #[serde(default)]
    pub search: Option<String>,
}

/// A scan of a file.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct FileScanView {
    /// Id of the scan, a UUID.
    pub scan_id: String,
    /// Name of the file as it was uploaded, sanitised.
    pub file_name: String,
    /// SHA-256 digest of the file, in hex digits.
    pub file_hash: String,
    /// queued, extracting, processing, completed, failed, error or unsupported.
    pub status: String,
    /// Risk from 0 to 1: a hundredth of the risk score, at most 1. Null before it is completed.
    pub threat_score: Option<f64>,
    /// low, medium, high or critical. Null before it is completed.
    pub severity: Option<String>,
    /// safe, suspicious or malicious. Null before it is completed.
    pub risk_category: Option<String>,
    /// Always null: the scanner is no model and has no confidence in a file as a whole.
    pub confidence: Option<f64>,
    /// Number of distinct rules that found something worth more than a note. Null before it is completed.
    pub security_issues_count: Option<u64>,
    /// Number of live secrets that were found. Null before it is completed.
    pub sensitive_data_count: Option<u64>,
    /// What the file is, and the phases in which something was found.
    pub detection_class: Vec<String>,
    /// E-mail address of who uploaded the file.
    pub uploaded_by: String,
    /// When it was uploaded, in UTC: `2026-02-14 12:34:56`.
    pub created_at: String,
    /// When its status last changed, in UTC.
    pub updated_at: String,
}

/// A scan of a file with what was found.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct FileScanDetailView {
    /// What lists show of it.
    #[serde(flatten)]
    pub scan: FileScanView,
    /// Score and findings of every phase, or null before it is completed.
    pub phases: Option<PhasesView>,
    /// Why there is no verdict, or null.
    pub reason: Option<String>,
    /// Whether everything was read, or null before it is completed.
    pub is_complete: Option<bool>,
}

/// Part of the list of uploaded files.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListedFileScansView {
    /// The scans, the latest first.
    pub scans: Vec<FileScanView>,
    /// How many there are that fit.
    pub total: u64,
    /// How many were asked for.
    pub limit: u32,
    /// How many were left out.
    pub offset: u64,
}

/// A scan that was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct DeletedScanView {
    /// Always true.
    pub success: bool,
    /// What happened, for people.
    pub message: String,
    /// Id of the scan.
    pub scan_id: String,
}

/// Writes a time as the document does: in UTC, to the second, `2026-02-14 12:34:56`.
pub fn file_scan_time(time: Timestamp) -> String {
    let text = time.to_string();
    let seconds = text.split_once('.').map_or(text.as_str(), |(seconds, _)| seconds);
    seconds.replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_document_does() {
        let time: Timestamp = "2026-02-14T12:34:56.789Z".parse().expect("a time");
        assert_eq!(file_scan_time(time), "2026-02-14 12:34:56");
    }
}
