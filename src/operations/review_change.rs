//! Says what a change means for a reviewer: of two folders, and of a folder that is not what
//! was approved.

use std::path::Path;

use super::scan_folder;
use crate::approval::{Difference, Drift, DriftedFile, MeasuredFile};
use crate::change::{ChangeReview, DriftReview, EarlierRevision, FileChange, FileState, Moved};
use crate::scan::{Ruleset, ScannedBundle};
use crate::skill::Sha256Digest;

/// Why there is no review. What was measured holds all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// A folder could not be scanned.
    #[error("cannot scan `{folder}`: {reason}")]
    Unreadable {
        /// The folder.
        folder: String,
        /// What failed.
        reason: String,
    },
    /// What was scanned is not what was measured.
    #[error("`{folder}` changed after it was measured; try again when nothing writes there")]
    Changed {
        /// The folder.
        folder: String,
    },
}

/// Scans two folders that were measured, and reviews the change from the one to the other.
///
/// # Errors
/// Fails where a folder cannot be scanned, or holds other bytes than were measured: a review
/// is never about anything but the digests beside which it stands.
pub fn review_change(
    base: &Path,
    candidate: &Path,
    difference: &Difference,
    ruleset: &Ruleset,
) -> Result<ChangeReview, ReviewError> {
    let scan = |folder: &Path, measured: Sha256Digest| {
        let scanned = scan_one(folder, ruleset)?;
        // Of a bundle of which not all was read, the digest is of the part that was.
        if scanned.bundle.is_complete() && scanned.report.package_hash != measured {
            return Err(ReviewError::Changed { folder: folder.display().to_string() });
        }
        Ok(scanned)
    };
    let base = scan(base, difference.base.root_digest)?;
    Ok(ChangeReview::between(&base, &scan(candidate, difference.candidate.root_digest)?))
}

/// Scans a folder that drifted, and reviews what moved in it. Of the old bytes only the
/// digests are known. Where there is no skill any more, or nothing that can be read, the files
/// are told alone.
pub fn review_drift(folder: &Path, drift: &Drift, ruleset: &Ruleset) -> DriftReview {
    review_moved(folder, drift.actual_root_digest, ruleset, None, |_| Moved::Files(file_changes(drift)))
}

/// Scans a folder that was measured as `root_digest`, and reviews what `moved` says of it.
pub(super) fn review_moved(
    folder: &Path,
    root_digest: Sha256Digest,
    ruleset: &Ruleset,
    earlier: Option<&EarlierRevision>,
    moved: impl FnOnce(Option<&ScannedBundle>) -> Moved,
) -> DriftReview {
    let is_measured =
        |scanned: &ScannedBundle| !scanned.bundle.is_complete() || scanned.report.package_hash == root_digest;
    let scanned = scan_one(folder, ruleset).ok().filter(is_measured);
    DriftReview::of(moved(scanned.as_ref()), scanned.as_ref(), earlier)
}

/// Scans the folder of one skill.
pub(super) fn scan_one(folder: &Path, ruleset: &Ruleset) -> Result<ScannedBundle, ReviewError> {
    let mut result = None;
    // A folder with a SKILL.md is one skill, and what could not be read comes before it.
    scan_folder(folder, ruleset, |scanned| match (scanned, &result) {
        (Ok(scan), None | Some(Err(_))) => result = Some(Ok(scan.scanned)),
        (Err(failure), None) => result = Some(Err(failure.reason)),
        _ => {}
    });
    let reason = match result {
        Some(Ok(scanned)) => return Ok(scanned),
        Some(Err(reason)) => reason,
        None => "there is no SKILL.md in it".to_owned(),
    };
    Err(ReviewError::Unreadable { folder: folder.display().to_string(), reason })
}

/// Puts every file that moved into one list: one with other bytes and another mode is there once.
pub(super) fn file_changes(drift: &Drift) -> Vec<FileChange> {
    let is_modified = |file: &&DriftedFile| !drift.modified.iter().any(|modified| modified.path == file.path);
    let once = drift.mode_changed.iter().filter(is_modified);
    let files = drift.added.iter().chain(&drift.removed).chain(&drift.modified).chain(once);
    files
        .filter_map(|file| {
            let class = file.actual.as_ref().or(file.expected.as_ref())?.class;
            let state = |file: &Option<MeasuredFile>| file.as_ref().map(file_state);
            FileChange::new(file.path.as_str(), class, state(&file.expected), state(&file.actual))
        })
        .collect()
}

fn file_state(file: &MeasuredFile) -> FileState {
    FileState { sha256: file.sha256, size_bytes: file.size, is_executable: Some(file.executable), is_link: false }
}
