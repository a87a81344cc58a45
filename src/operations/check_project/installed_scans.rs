//! Scans what is installed, for the rules of a policy that ask what is in it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::report::SkillCheck;
use crate::operations::review_change::scan_one;
use crate::policy::{Policy, StatedScan};
use crate::scan::{Review, Ruleset};
use crate::skill::Timestamp;

/// Folders that are scanned for one report. A rule does not hold of a skill that was not
/// scanned, so that a project with more of them is told, and nothing passes unseen.
const SCANS: usize = 500;

/// What scans found, each folder once.
#[derive(Default)]
pub(super) struct InstalledScans {
    found: BTreeMap<PathBuf, Option<StatedScan>>,
}

impl InstalledScans {
    /// Returns what a scan of the folder of a check found, as long as it holds what was measured.
    pub fn of(&mut self, check: &SkillCheck, policy: &Policy, now: Timestamp) -> Option<&StatedScan> {
        let folder = check.real_folder.clone()?;
        if !self.found.contains_key(&folder) && self.found.len() >= SCANS {
            return None;
        }
        let found = self.found.entry(folder);
        let found = found.or_insert_with_key(|folder| {
            let mut scanned = scan_one(folder, Ruleset::builtin()).ok()?;
            let suppressions = policy.suppressions();
            Review { suppressions, baseline: None, include_critical: false, now }.apply(&mut scanned);
            (Some(scanned.report.package_hash) == check.root_digest).then(|| StatedScan::of(&scanned.report))
        });
        found.as_ref()
    }
}
