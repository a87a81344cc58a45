//! Scan a folder or a SKILL.md on this machine, without a store.

use std::path::{Path, PathBuf};

use crate::api::ScanResponse;
use crate::recipe::RecipeDigest;
use crate::scan::{Ruleset, ScannedBundle, scan_bundle_with};
use crate::skill::SkillBundle;
use crate::source::{SourceItem, skills_at};
use crate::store::recipe_digests;

/// Why something was not scanned.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ScanFailure {
    /// The path, sanitised.
    pub path: String,
    /// What failed, and what to do.
    pub reason: String,
}

/// A skill on this machine that was scanned.
#[derive(Debug, Clone)]
pub struct LocalScan {
    /// The path as it was named, or the folder in which the skill was found.
    pub path: String,
    /// The folder of the skill.
    pub folder: PathBuf,
    /// What was scanned, and what was found.
    pub scanned: ScannedBundle,
}

impl LocalScan {
    /// Shows the scan as the command line prints it.
    pub fn response(&self) -> ScanResponse {
        let Self { path, scanned, .. } = self;
        ScanResponse::new(path.clone(), scanned.bundle.name.clone(), &scanned.report, &scanned.issues)
    }

    /// Returns the digests of other recipes than its content hash and its root digest.
    pub fn recipe_digests(&self) -> Vec<RecipeDigest> {
        recipe_digests(&self.scanned.bundle)
    }
}

/// Scans the skill in a folder, or every skill below a folder that is none itself, or a
/// SKILL.md alone; hands over each result as it is there.
///
/// Nothing at all to scan is a failure too: silence must not look like a clean result.
pub fn scan_folder(path: &Path, ruleset: &Ruleset, mut each: impl FnMut(Result<LocalScan, ScanFailure>)) {
    let shown = path.display().to_string();
    let items = match skills_at(path) {
        Ok(items) => items,
        Err(error) => return each(Err(ScanFailure { path: shown, reason: error.to_string() })),
    };
    let mut count = 0;
    for item in items {
        count += 1;
        each(match item {
            SourceItem::Failure(failure) => Err(ScanFailure { path: failure.location, reason: failure.reason }),
            SourceItem::Skill(found) => {
                let found_in = format!("/{}", found.source.identity.directory());
                let is_file = path.is_file();
                let is_named =
                    count == 1 && (is_file || path.canonicalize().is_ok_and(|root| root == Path::new(&found_in)));
                let (shown, folder) = if is_named {
                    let folder = if is_file { path.parent().unwrap_or(path) } else { path };
                    (shown.clone(), folder.to_owned())
                } else {
                    (found_in.clone(), PathBuf::from(found_in))
                };
                match SkillBundle::parse(found.bundle, found.folder_name.as_deref()) {
                    Ok((bundle, issues)) => {
                        Ok(LocalScan { path: shown, folder, scanned: scan_bundle_with(bundle, issues, ruleset) })
                    }
                    Err(error) => Err(ScanFailure { path: shown, reason: error.to_string() }),
                }
            }
        });
    }
    if count == 0 {
        each(Err(ScanFailure {
            path: shown,
            reason: "there is no SKILL.md in or below it; name a folder with one, or the file itself".to_owned(),
        }));
    }
}
