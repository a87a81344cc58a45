//! What can be said of a change where the old bytes are gone, as after an approval: which
//! files differ, and what those that are there now do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::acts::NewAct;
use super::files::{FileChange, FileChangeKind};
use super::review::ReviewedSide;
use crate::scan::{Finding, ScannedBundle, acts};

/// Findings that are kept, the worst first; the rest is counted.
const FINDINGS: usize = 100;

/// What is known of a change by the digests of what was, and the bytes of what is. Whether a
/// finding or an act is new cannot be told: it stands in a file that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftReview {
    /// The verdict on what is there; absent where that is no skill any more.
    pub now: Option<ReviewedSide>,
    /// Files that may be executed now and could not before; sanitised.
    pub newly_executable: Vec<String>,
    /// What the files do that were added or changed.
    pub acts: Vec<NewAct>,
    /// Findings in the files that were added or changed, worst first; at most a hundred.
    pub findings: Vec<Finding>,
    /// How many findings there are in them.
    pub finding_count: u64,
    /// Files that differ, by class and then by path.
    pub files: Vec<FileChange>,
}

impl DriftReview {
    /// Reviews a change of `files`, of which `now` is what is there.
    pub fn of(mut files: Vec<FileChange>, now: Option<&ScannedBundle>) -> Self {
        files.sort_by(|left, right| (left.class, &left.path).cmp(&(right.class, &right.path)));
        let touched: BTreeSet<&str> =
            files.iter().filter(|file| file.kind != FileChangeKind::Removed).map(|file| file.path.as_str()).collect();
        let present = now.map(acts).unwrap_or_default();
        let acts = present
            .into_iter()
            .filter_map(|(act, places)| {
                let is_touched = |path: &str| touched.contains(path);
                let is_new = places.iter().all(|place| is_touched(&place.location.path));
                NewAct::new(act, is_new, places.into_iter().filter(|place| is_touched(&place.location.path)))
            })
            .collect();
        let mut findings: Vec<Finding> = now
            .iter()
            .flat_map(|scanned| &scanned.report.findings)
            .filter(|finding| touched.contains(finding.location.path.as_str()))
            .cloned()
            .collect();
        let finding_count = findings.len() as u64;
        findings.truncate(FINDINGS);
        Self {
            now: now.map(ReviewedSide::of),
            newly_executable: files
                .iter()
                .filter(|file| file.is_newly_executable())
                .map(|file| file.path.clone())
                .collect(),
            acts,
            findings,
            finding_count,
            files,
        }
    }

    /// Counts the files by what became of them.
    pub fn counts(&self) -> BTreeMap<FileChangeKind, u64> {
        let mut counts = BTreeMap::new();
        self.files.iter().for_each(|file| *counts.entry(file.kind).or_default() += 1);
        counts
    }
}
