//! Files that differ between two bundles.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::earlier::ListedFile;
use crate::skill::{BundleFile, FileClass, FileContent, Sha256Digest, SkillBundle, limits, sanitise_line};

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// What became of it.
    pub kind: FileChangeKind,
    /// The class by path: in the candidate, where it is there.
    pub class: FileClass,
    /// The path; author-controlled, sanitised.
    pub path: String,
    /// The path in the base, where the same bytes lay elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The file of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<FileState>,
    /// The file of the candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<FileState>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChangeKind {
    /// It is new.
    Added,
    /// Its bytes are others; perhaps its execute bit as well.
    Changed,
    /// Only its execute bit is another.
    ModeChanged,
    /// The same bytes lie elsewhere.
    Renamed,
    /// It is gone.
    Removed,
}

/// What makes a file what it is, but for its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileState {
    /// The digest of its bytes; of the target for a symbolic link.
    pub sha256: Sha256Digest,
    /// Its size in bytes; zero for a symbolic link.
    pub size_bytes: u64,
    /// Whether any execute bit is set; absent where nobody noted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_executable: Option<bool>,
    /// Whether it is a symbolic link, which is never followed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_link: bool,
}

impl FileState {
    /// Returns what makes a file of a bundle what it is.
    pub fn of(file: &BundleFile) -> Self {
        Self {
            sha256: file.sha256,
            size_bytes: file.bytes().map_or(0, |bytes| bytes.len() as u64),
            is_executable: Some(file.is_executable),
            is_link: matches!(file.content, FileContent::Symlink(_)),
        }
    }

    /// Tells whether both modes are known, and differ.
    pub fn has_other_mode(&self, other: &Self) -> bool {
        self.is_executable.zip(other.is_executable).is_some_and(|(left, right)| left != right)
    }

    fn has_content_of(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 && self.is_link == other.is_link
    }
}

impl FileChange {
    /// States what became of the file at `path`; nothing where it is the same.
    pub fn new(path: &str, class: FileClass, before: Option<FileState>, after: Option<FileState>) -> Option<Self> {
        let kind = match (&before, &after) {
            (None, None) => return None,
            (None, Some(_)) => FileChangeKind::Added,
            (Some(_), None) => FileChangeKind::Removed,
            (Some(before), Some(after)) if !before.has_content_of(after) => FileChangeKind::Changed,
            (Some(before), Some(after)) if before.has_other_mode(after) => FileChangeKind::ModeChanged,
            _ => return None,
        };
        Some(Self { kind, class, path: shown_path(path), from: None, before, after })
    }

    /// Tells whether the file may be executed now and could not before.
    pub fn is_newly_executable(&self) -> bool {
        let is_executable = self.after.as_ref().and_then(|state| state.is_executable) == Some(true);
        // Where nobody noted it, it is not said to be new.
        is_executable && self.before.as_ref().is_none_or(|state| state.is_executable == Some(false))
    }
}

/// Returns a path as findings show it.
pub(super) fn shown_path(path: &str) -> String {
    sanitise_line(path, limits::NAME_BYTES)
}

/// Lists the files that differ, by class and then by path.
pub(super) fn file_changes<'a>(base: &'a SkillBundle, candidate: &'a SkillBundle) -> Vec<FileChange> {
    let listed = |bundle: &'a SkillBundle| {
        let files = bundle.files.iter();
        files.map(|file| (file.path.as_str(), (file.class, FileState::of(file))))
    };
    changes_between(listed(base), listed(candidate))
}

/// Lists the files that differ between two lists by path, by class and then by path.
pub fn listed_changes(
    base: &BTreeMap<String, ListedFile>,
    candidate: &BTreeMap<String, ListedFile>,
) -> Vec<FileChange> {
    fn listed(files: &BTreeMap<String, ListedFile>) -> impl Iterator<Item = Listed<'_>> {
        files.iter().map(|(path, file)| (path.as_str(), (file.class, file.state.clone())))
    }
    changes_between(listed(base), listed(candidate))
}

/// A file with its path.
type Listed<'a> = (&'a str, (FileClass, FileState));

fn changes_between<'a>(
    base: impl Iterator<Item = Listed<'a>>,
    candidate: impl Iterator<Item = Listed<'a>>,
) -> Vec<FileChange> {
    type Sides = (Option<(FileClass, FileState)>, Option<(FileClass, FileState)>);
    let mut both: BTreeMap<&str, Sides> = BTreeMap::new();
    for (path, file) in base {
        both.entry(path).or_default().0 = Some(file);
    }
    for (path, file) in candidate {
        both.entry(path).or_default().1 = Some(file);
    }
    let change = |(path, (before, after)): (&'a str, Sides)| {
        let class = after.as_ref().or(before.as_ref())?.0;
        Some((path, FileChange::new(path, class, before.map(|file| file.1), after.map(|file| file.1))?))
    };
    let mut changes = join_renamed(both.into_iter().filter_map(change).collect());
    changes.sort_by(|left, right| (left.class, &left.path).cmp(&(right.class, &right.path)));
    changes
}

/// Makes one change of a file that went and one of the same bytes that came. Empty files are
/// all the same, and say nothing of where they came from. The path beside each change is the
/// whole one: what is shown may be cut, and is then that of several files.
fn join_renamed(changes: Vec<(&str, FileChange)>) -> Vec<FileChange> {
    let mut gone: HashMap<Sha256Digest, Vec<(&str, FileChange)>> = HashMap::new();
    let mut joined = Vec::new();
    for (path, change) in changes.iter().rev().filter(|(_, change)| change.kind == FileChangeKind::Removed) {
        if let Some(before) = change.before.as_ref().filter(|before| before.size_bytes > 0) {
            gone.entry(before.sha256).or_default().push((path, change.clone()));
        }
    }
    let mut taken = BTreeSet::new();
    for (path, mut change) in changes {
        if change.kind == FileChangeKind::Added
            && let Some(after) = change.after.as_ref().filter(|after| after.size_bytes > 0)
            && let Some((from, origin)) = gone.get_mut(&after.sha256).and_then(Vec::pop)
        {
            taken.insert(from);
            change.kind = FileChangeKind::Renamed;
            change.from = Some(origin.path);
            change.before = origin.before;
        }
        joined.push((path, change));
    }
    joined.retain(|(path, change)| change.kind != FileChangeKind::Removed || !taken.contains(path));
    joined.into_iter().map(|(_, change)| change).collect()
}

/// Returns the new path of every file that was renamed, by its old one.
pub(super) fn renamed_paths(changes: &[FileChange]) -> BTreeMap<String, String> {
    changes.iter().filter_map(|change| Some((change.from.clone()?, change.path.clone()))).collect()
}
