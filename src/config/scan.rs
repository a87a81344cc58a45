//! What steers a scan from outside, beside its options.

use std::path::PathBuf;

/// What steers a scan; options of the command come before these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanConfig {
    /// Signatures beside those of the program: `TOUCHMARK_SIGNATURES`, a file.
    pub signatures: Option<PathBuf>,
    /// Findings that were accepted: `TOUCHMARK_SUPPRESSIONS`, a file.
    pub suppressions: Option<PathBuf>,
    /// The URL below which the pages of the rules are served: `TOUCHMARK_PUBLIC_URL`.
    pub documents_url: Option<String>,
    /// Where a workflow takes its summary from: `GITHUB_STEP_SUMMARY`, which GitHub Actions
    /// sets.
    pub step_summary: Option<PathBuf>,
}

impl ScanConfig {
    /// Reads the environment.
    pub fn read() -> Self {
        let file = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let documents_url = std::env::var("TOUCHMARK_PUBLIC_URL").ok().filter(|value| !value.is_empty());
        Self {
            signatures: file("TOUCHMARK_SIGNATURES"),
            suppressions: file("TOUCHMARK_SUPPRESSIONS"),
            documents_url: documents_url.map(|url| url.trim_end_matches('/').to_owned()),
            step_summary: file("GITHUB_STEP_SUMMARY"),
        }
    }
}
