//! Scan a folder or a SKILL.md on this machine, without a store.

use std::path::Path;

use crate::api::ScanResponse;
use crate::scan::scan_bundle;
use crate::skill::SkillBundle;
use crate::source::read_bundle;

/// Why a path was not scanned.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ScanFailure {
    /// The path as it was given.
    pub path: String,
    /// What failed, and what to do.
    pub reason: String,
}

/// Scans the bundle in a folder, or a SKILL.md with the folder around it left out.
///
/// # Errors
/// Fails where the path cannot be read or holds no SKILL.md.
pub fn scan_folder(path: &Path) -> Result<ScanResponse, ScanFailure> {
    let shown = path.display().to_string();
    let failure = |reason: String| ScanFailure { path: shown.clone(), reason };
    let (raw, folder_name) = read_bundle(path).map_err(|error| failure(error.to_string()))?;
    let (bundle, issues) = SkillBundle::parse(raw, folder_name.as_deref()).map_err(|error| failure(format!("{error}; name a folder with a SKILL.md, or the file itself")))?;
    let scanned = scan_bundle(bundle, issues);
    Ok(ScanResponse::new(shown, scanned.bundle.name, &scanned.report, &scanned.issues))
}
