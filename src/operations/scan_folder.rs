//! Scan a folder or a SKILL.md on this machine, without a store.

use std::path::Path;

use crate::api::ScanResponse;
use crate::scan::scan_bundle;
use crate::skill::SkillBundle;
use crate::source::{SourceItem, skills_at};

/// Why something was not scanned.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ScanFailure {
    /// The path, sanitised.
    pub path: String,
    /// What failed, and what to do.
    pub reason: String,
}

/// Scans the skill in a folder, or every skill below a folder that is none itself, or a
/// SKILL.md alone; hands over each result as it is there.
///
/// Nothing at all to scan is a failure too: silence must not look like a clean result.
pub fn scan_folder(path: &Path, mut each: impl FnMut(Result<ScanResponse, ScanFailure>)) {
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
                let folder = format!("/{}", found.source.identity.directory());
                let shown = if count == 1
                    && (path.is_file() || path.canonicalize().is_ok_and(|root| root == Path::new(&folder)))
                {
                    shown.clone()
                } else {
                    folder
                };
                match SkillBundle::parse(found.bundle, found.folder_name.as_deref()) {
                    Ok((bundle, issues)) => {
                        let scanned = scan_bundle(bundle, issues);
                        Ok(ScanResponse::new(shown, scanned.bundle.name, &scanned.report, &scanned.issues))
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
