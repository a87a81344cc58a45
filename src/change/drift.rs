//! What can be said of a change where the old bytes are gone, as after an approval: which
//! files differ, and what those that are there now do; and what changed, where somebody still
//! knows what was seen in the old ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::acts::NewAct;
use super::earlier::{EarlierRevision, SinceEarlier};
use super::files::{FileChange, FileChangeKind, shown_path};
use super::review::ReviewedSide;
use crate::scan::{Finding, ScannedBundle, acts};

/// Findings that are kept, the worst first; the rest is counted.
const FINDINGS: usize = 100;

/// Which files are not what they were, as far as the record tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// These.
    Files(Vec<FileChange>),
    /// One or more of those at these paths, or one that is gone: a digest of all of them is
    /// recorded, and no other is.
    Among(BTreeSet<String>),
}

/// Of which files acts and findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftExtent {
    /// Of those that are not what they were.
    MovedFiles,
    /// Of all that may have moved: which did is not recorded.
    CoveredFiles,
}

/// What is known of a change by the digests of what was, and the bytes of what is. Whether a
/// finding or an act is new cannot be told but by [`SinceEarlier`]: it stands in a file that is
/// not what it was, or may not be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftReview {
    /// The verdict on what is there; absent where that is no skill any more.
    pub now: Option<ReviewedSide>,
    /// What changed since what was recorded, where an index knows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<SinceEarlier>,
    /// Of which files acts and findings are told.
    pub extent: DriftExtent,
    /// How many files there are of which they are told, before any was removed.
    pub extent_count: u64,
    /// Files that may be executed now and could not before; sanitised.
    pub newly_executable: Vec<String>,
    /// What these files do.
    pub acts: Vec<NewAct>,
    /// Findings in these files, worst first; at most a hundred.
    pub findings: Vec<Finding>,
    /// How many findings there are in them.
    pub finding_count: u64,
    /// Files that differ, by class and then by path, as far as that is known.
    pub files: Vec<FileChange>,
}

impl DriftReview {
    /// Reviews a change, of which `now` is what is there and `earlier` what an index knows of
    /// what was.
    pub fn of(moved: Moved, now: Option<&ScannedBundle>, earlier: Option<&EarlierRevision>) -> Self {
        let since = earlier.map(|earlier| SinceEarlier::of(earlier, now));
        let manifest = || since.as_ref().and_then(|since| since.files.clone());
        // What the index lists tells of which files a digest of all of them does not.
        let (extent, mut files, touched): (_, _, BTreeSet<String>) = match (moved, manifest()) {
            (Moved::Files(files), _) => (DriftExtent::MovedFiles, files, BTreeSet::new()),
            (Moved::Among(_), Some(files)) if !files.is_empty() => (DriftExtent::MovedFiles, files, BTreeSet::new()),
            (Moved::Among(paths), _) => {
                (DriftExtent::CoveredFiles, Vec::new(), paths.iter().map(|path| shown_path(path)).collect())
            }
        };
        files.sort_by(|left, right| (left.class, &left.path).cmp(&(right.class, &right.path)));
        let is_there = |file: &&FileChange| file.kind != FileChangeKind::Removed;
        let touched: BTreeSet<&str> = files
            .iter()
            .filter(is_there)
            .map(|file| file.path.as_str())
            .chain(touched.iter().map(String::as_str))
            .collect();
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
            extent,
            extent_count: touched.len() as u64,
            newly_executable: files
                .iter()
                .filter(|file| file.is_newly_executable())
                .map(|file| file.path.clone())
                .collect(),
            acts,
            findings,
            finding_count,
            since,
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
