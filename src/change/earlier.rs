//! What an index knows of an earlier revision, without its bytes, and what changed since.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::files::{FileChange, FileState, listed_changes, renamed_paths};
use super::findings::FindingChanges;
use crate::scan::{Capability, Finding, SafetyStatus, ScannedBundle};
use crate::skill::FileClass;

/// What an index knows of a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierRevision {
    /// The verdict on it, or the worst that may be one on it.
    pub status: SafetyStatus,
    /// What was seen in it; absent where the index tells the verdict alone.
    pub seen: Option<SeenRevision>,
}

/// What was seen in a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRevision {
    /// What it was able to do, in the words of [`Capability`].
    pub capabilities: BTreeSet<String>,
    /// What the scan found.
    pub findings: Vec<Finding>,
    /// Its files by path; absent where not every one is listed.
    pub files: Option<BTreeMap<String, ListedFile>>,
    /// The rules that made findings and verdict.
    pub ruleset_version: Option<String>,
}

/// A file of which digest and size are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// The class by path.
    pub class: FileClass,
    /// What makes it what it is.
    pub state: FileState,
}

/// What changed since an earlier revision that an index knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SinceEarlier {
    /// The verdict on the earlier revision, or the worst that may be one on it.
    pub status_before: SafetyStatus,
    /// What the skill is able to do now and was not; absent where only the verdict is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<Vec<String>>,
    /// What it was able to do and is not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Vec<String>>,
    /// Findings that appeared, worsened or went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<FindingChanges>,
    /// Whether both were scanned by the same rules, so that what appeared is the change's doing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_same_ruleset: Option<bool>,
    /// Files that differ; it is the review's list.
    #[serde(skip)]
    pub(super) files: Option<Vec<FileChange>>,
}

impl SinceEarlier {
    pub(super) fn of(earlier: &EarlierRevision, now: Option<&ScannedBundle>) -> Self {
        let mut since = Self {
            status_before: earlier.status,
            gained: None,
            lost: None,
            findings: None,
            is_same_ruleset: None,
            files: None,
        };
        let (Some(seen), Some(now)) = (&earlier.seen, now) else { return since };
        since.files = seen.files.as_ref().map(|files| listed_changes(files, &listed_files(now)));
        let renamed = renamed_paths(since.files.as_deref().unwrap_or_default());
        since.findings = Some(FindingChanges::of(&seen.findings, &now.report.findings, &renamed));
        let able: BTreeSet<String> =
            now.report.capabilities.keys().copied().map(Capability::as_str).map(str::to_owned).collect();
        since.gained = Some(able.difference(&seen.capabilities).cloned().collect());
        since.lost = Some(seen.capabilities.difference(&able).cloned().collect());
        since.is_same_ruleset =
            seen.ruleset_version.as_ref().map(|version| *version == now.report.ruleset_version.to_string());
        since
    }
}

/// Lists the files of a scanned bundle.
pub fn listed_files(scanned: &ScannedBundle) -> BTreeMap<String, ListedFile> {
    let files = scanned.bundle.files.iter();
    files
        .map(|file| (file.path.as_str().to_owned(), ListedFile { class: file.class, state: FileState::of(file) }))
        .collect()
}
