//! What differs between what was approved and what is there, and between two folders.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Value, json};

use super::frontmatter::SkillFacts;
use super::json::with_sorted_keys;
use super::manifest::{Manifest, MeasuredFile, bare_hex};
use super::path::RecordedPath;
use super::record::ApprovalRecord;
use super::walk::MeasuredFolder;
use crate::skill::{FileClass, Sha256Digest};

/// What moved since an approval. Class, frontmatter and times are no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Files that were not approved.
    pub added: Vec<DriftedFile>,
    /// Approved files that are gone.
    pub removed: Vec<DriftedFile>,
    /// Files with other bytes.
    pub modified: Vec<DriftedFile>,
    /// Files whose execute bit is another; they may be in `modified` as well.
    pub mode_changed: Vec<DriftedFile>,
    /// The root digest that was approved.
    pub expected_root_digest: Sha256Digest,
    /// The root digest of what is there.
    pub actual_root_digest: Sha256Digest,
}

/// A file before and now, where it was and is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftedFile {
    /// The path; author-controlled.
    pub path: RecordedPath,
    /// The file that was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<MeasuredFile>,
    /// The file that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<MeasuredFile>,
}

impl Drift {
    /// Compares what is there with what was approved; nothing where both are the same.
    pub fn between(record: &ApprovalRecord, folder: &MeasuredFolder) -> Option<Self> {
        let mut drift = Self {
            added: Vec::new(),
            removed: Vec::new(),
            modified: Vec::new(),
            mode_changed: Vec::new(),
            expected_root_digest: record.root_digest(),
            actual_root_digest: folder.manifest.root_digest(),
        };
        for (expected, actual) in pairs(record.manifest(), &folder.manifest) {
            let Some(path) = actual.or(expected).map(|file| file.path.clone()) else { continue };
            let drifted = DriftedFile { path, expected: expected.cloned(), actual: actual.cloned() };
            match (expected, actual) {
                (Some(expected), Some(actual)) => {
                    if expected.executable != actual.executable {
                        drift.mode_changed.push(drifted.clone());
                    }
                    if !expected.has_content_of(actual) {
                        drift.modified.push(drifted);
                    }
                }
                (Some(_), None) => drift.removed.push(drifted),
                _ => drift.added.push(drifted),
            }
        }
        let lists = [&drift.added, &drift.removed, &drift.modified, &drift.mode_changed];
        let is_same =
            lists.iter().all(|list| list.is_empty()) && drift.expected_root_digest == drift.actual_root_digest;
        (!is_same).then_some(drift)
    }
}

/// What differs between two folders. Every path that differs is in exactly one list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    schema_version: u64,
    /// The folder that is compared with.
    pub base: Side,
    /// The folder that is compared.
    pub candidate: Side,
    /// Files of the candidate only.
    pub added: Vec<ListedFile>,
    /// Files of the base only.
    pub removed: Vec<ListedFile>,
    /// Files of both that differ.
    pub changed: Vec<ChangedFile>,
}

/// One of two folders.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The digest of its files.
    pub root_digest: Sha256Digest,
    /// What its SKILL.md says of itself, keys in byte order.
    skill: Value,
}

/// A file that one of two folders holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedFile {
    /// The path; author-controlled.
    pub path: RecordedPath,
    /// The class by path.
    pub class: FileClass,
    /// What it is.
    #[serde(flatten)]
    pub facts: FileFacts,
}

/// A file that both folders hold, and that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedFile {
    /// The path; author-controlled.
    pub path: RecordedPath,
    /// The class by path in the candidate.
    pub class: FileClass,
    /// Whether the bytes are others.
    pub content_changed: bool,
    /// Whether the execute bit is another.
    pub mode_changed: bool,
    /// The file of the base.
    pub base: FileFacts,
    /// The file of the candidate.
    pub candidate: FileFacts,
}

/// What makes a file what it is, but for its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// The digest of its bytes.
    #[serde(serialize_with = "bare_hex")]
    pub sha256: Sha256Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Whether any execute bit is set.
    pub executable: bool,
}

impl Difference {
    /// Compares two folders that were measured.
    pub fn between(base: &MeasuredFolder, candidate: &MeasuredFolder) -> Self {
        let (mut added, mut removed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for (before, after) in pairs(&base.manifest, &candidate.manifest) {
            match (before, after) {
                (Some(before), Some(after)) => changed.extend(ChangedFile::between(before, after)),
                (Some(before), None) => removed.push(ListedFile::of(before)),
                (None, Some(after)) => added.push(ListedFile::of(after)),
                (None, None) => {}
            }
        }
        Self { schema_version: 1, base: Side::of(base), candidate: Side::of(candidate), added, removed, changed }
    }

    /// Tells whether both folders are the same.
    pub fn is_empty(&self) -> bool {
        self.base.root_digest == self.candidate.root_digest
    }
}

impl Side {
    fn of(folder: &MeasuredFolder) -> Self {
        let facts = SkillFacts::of(folder);
        let skill = json!({ "frontmatter": facts.frontmatter(), "frontmatter_status": facts.word() });
        Self { root_digest: folder.manifest.root_digest(), skill: with_sorted_keys(skill) }
    }

    /// Returns the frontmatter, where it could be read; author-controlled.
    pub fn frontmatter(&self) -> Option<&serde_json::Map<String, Value>> {
        self.skill["frontmatter"].as_object()
    }

    /// Returns whether the frontmatter could be read: `ok`, `missing` or `invalid`.
    pub fn frontmatter_status(&self) -> &str {
        self.skill["frontmatter_status"].as_str().unwrap_or_default()
    }
}

impl ListedFile {
    fn of(file: &MeasuredFile) -> Self {
        Self { path: file.path.clone(), class: file.class, facts: FileFacts::of(file) }
    }
}

impl ChangedFile {
    fn between(before: &MeasuredFile, after: &MeasuredFile) -> Option<Self> {
        let content_changed = !before.has_content_of(after);
        let mode_changed = before.executable != after.executable;
        (content_changed || mode_changed).then(|| Self {
            path: after.path.clone(),
            class: after.class,
            content_changed,
            mode_changed,
            base: FileFacts::of(before),
            candidate: FileFacts::of(after),
        })
    }
}

impl FileFacts {
    fn of(file: &MeasuredFile) -> Self {
        Self { sha256: file.sha256, size: file.size, executable: file.executable }
    }
}

/// Walks two manifests side by side, in byte order of the paths.
fn pairs<'a>(
    left: &'a Manifest,
    right: &'a Manifest,
) -> impl Iterator<Item = (Option<&'a MeasuredFile>, Option<&'a MeasuredFile>)> {
    let (mut left, mut right) = (left.files().iter().peekable(), right.files().iter().peekable());
    std::iter::from_fn(move || {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.path.cmp(&right.path),
        };
        Some(match order {
            Ordering::Less => (left.next(), None),
            Ordering::Greater => (None, right.next()),
            Ordering::Equal => (left.next(), right.next()),
        })
    })
}
