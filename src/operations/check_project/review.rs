//! What it means that installed bytes are not what was recorded: what those do that are there,
//! and, where an index knows what was recorded, what changed.

use std::collections::BTreeSet;

use super::report::{BytesStatus, FileChanges, ProjectReport, SkillCheck};
use crate::change::{FileChange, FileChangeKind, FileState, ListedFile, Moved, listed_files};
use crate::operations::review_change::{file_changes, review_moved};
use crate::recipe::{Covers, HashRecipe};
use crate::scan::{Ruleset, ScannedBundle};
use crate::skill::{FileClass, sanitise_line};

/// Folders that are scanned for one report: where more have drifted, nobody reviews them one by
/// one, and the command has to end.
const REVIEWS: usize = 50;
/// Characters of a path.
const PATH_CHARACTERS: usize = 1_000;

impl ProjectReport {
    /// Reviews every folder that is not what was recorded: scans what is there, and compares it
    /// with what an index knew of what was recorded. The last step, since it costs the most.
    pub fn review(&mut self, ruleset: &Ruleset) {
        let mut left_out = 0;
        for at in 0..self.checks.len() {
            let check = &self.checks[at];
            let (BytesStatus::Drift, Some(folder), Some(root_digest)) =
                (check.status, &check.real_folder, check.root_digest)
            else {
                continue;
            };
            // Several lockfiles may know the same of one folder.
            let review = match self.checks[..at].iter().find(|other| knows_the_same(other, check)) {
                Some(other) => other.review.clone(),
                None if at >= REVIEWS
                    && self.checks[..at].iter().filter(|check| check.review.is_some()).count() >= REVIEWS =>
                {
                    left_out += 1;
                    None
                }
                None => {
                    let earlier = check.earlier.as_ref();
                    Some(review_moved(folder, root_digest, ruleset, earlier, |scanned| moved(check, scanned)))
                }
            };
            self.checks[at].review = review;
        }
        if left_out > 0 {
            let notice =
                format!("{left_out} more folders have drifted and were not scanned; a report reviews {REVIEWS}");
            self.notices.push(notice);
        }
    }
}

/// Tells whether two checks of one folder know as much of what moved in it.
fn knows_the_same(left: &SkillCheck, right: &SkillCheck) -> bool {
    let recipes = |check: &SkillCheck| -> Vec<(&str, bool)> {
        check.recorded.iter().map(|digest| (digest.recipe, digest.matches)).collect()
    };
    left.review.is_some()
        && (&left.real_folder, left.root_digest) == (&right.real_folder, right.root_digest)
        && (&left.drift, &left.changes, &left.earlier) == (&right.drift, &right.changes, &right.earlier)
        && recipes(left) == recipes(right)
}

/// Says which files moved, as far as the record tells.
fn moved(check: &SkillCheck, scanned: Option<&ScannedBundle>) -> Moved {
    match (&check.drift, &check.changes) {
        (Some(drift), _) => Moved::Files(file_changes(drift)),
        (None, Some(changes)) => Moved::Files(of_paths(changes, scanned)),
        (None, None) => Moved::Among(scanned.map(|scanned| covered(check, scanned)).unwrap_or_default()),
    }
}

/// Returns the files that a digest covers which does not hold, and none covers alone which does.
fn covered(check: &SkillCheck, scanned: &ScannedBundle) -> BTreeSet<String> {
    let recipes = |matches: bool| {
        let digests = check.recorded.iter().filter(move |digest| digest.matches == matches);
        digests.filter_map(|digest| HashRecipe::from_name(digest.recipe))
    };
    let paths = scanned.bundle.files.iter().map(|file| file.path.as_str());
    paths
        .filter(|path| recipes(false).any(|recipe| recipe.covers_path(path)))
        .filter(|path| !recipes(true).any(|recipe| recipe.covers() == Covers::SkillMd && recipe.covers_path(path)))
        .map(str::to_owned)
        .collect()
}

/// Puts files of which only the paths are known together with what stands at them now.
fn of_paths(changes: &FileChanges, scanned: Option<&ScannedBundle>) -> Vec<FileChange> {
    let now = scanned.map(listed_files).unwrap_or_default();
    let change = |kind, path: &String| {
        let after: Option<&ListedFile> = now.get(path);
        let after: Option<(FileClass, FileState)> = after.map(|file| (file.class, file.state.clone()));
        let class = after.as_ref().map_or_else(|| FileClass::of_text(path, false), |(class, _)| *class);
        let path = sanitise_line(path, PATH_CHARACTERS);
        FileChange { kind, class, path, from: None, before: None, after: after.map(|(_, state)| state) }
    };
    let lists = [
        (FileChangeKind::Added, &changes.added),
        (FileChangeKind::Removed, &changes.removed),
        (FileChangeKind::Changed, &changes.modified),
    ];
    lists.into_iter().flat_map(|(kind, paths)| paths.iter().map(move |path| change(kind, path))).collect()
}
