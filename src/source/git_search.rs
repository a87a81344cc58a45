//! Finds skills in the tree objects of a commit.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;

use crate::skill::{BundlePath, limits};

use super::gather::{is_instructions, is_not_searched};
use super::git_tree::{SkillFolder, joined, load_tree};
use super::{ReadBounds, SourceFailure, StreamEnd};

/// Entries of trees that one search looks at. The same few trees can stand for billions of
/// files, so the number of objects in a repository bounds nothing.
const SEARCH_ENTRIES: usize = 16_000_000;
/// Bytes of all folders' paths that one search puts together.
const SEARCH_PATH_BYTES: usize = 256 * 1024 * 1024;
/// Failures of one search that are told one by one.
const SEARCH_FAILURES: usize = 1_000;

/// What a search found.
pub(super) type Found = (Vec<SkillFolder>, Vec<SourceFailure>);

/// Finds every skill at or below the tree that stands at `path`, ordered by path. Where there
/// is more than `bounds` allow, the answer says of what, and how much is allowed.
pub(super) fn find_skills(
    repository: &gix::Repository,
    path: &str,
    tree: ObjectId,
    bounds: &ReadBounds,
) -> Result<Found, (&'static str, u64)> {
    let mut search = Search {
        repository,
        bounds,
        found: Vec::new(),
        failures: Vec::new(),
        failure_count: 0,
        entry_count: 0,
        path_bytes: 0,
    };
    let mut folders = vec![(path.to_owned(), tree, 0)];
    while let Some((path, tree, depth)) = folders.pop() {
        if let Err(reason) = search.visit(&path, tree, depth, &mut folders) {
            search.fail(&path, &reason);
        }
        if let Some(excess) = search.excess() {
            return Err(excess);
        }
        if search.is_exhausted() {
            let failure =
                SourceFailure::new(&path, "the repository has too many folders; what follows was not searched");
            search.failures.push(failure.ending_the_stream(StreamEnd::Stopped));
            break;
        }
    }
    if search.failure_count > SEARCH_FAILURES {
        let more = search.failure_count - SEARCH_FAILURES;
        search.failures.push(SourceFailure::new(path, format!("{more} more folders could not be searched")));
    }
    let mut found = search.found;
    found.sort_by(|left, right| left.path.as_bytes().cmp(right.path.as_bytes()));
    // Which of two folders of one name is meant is for nobody to guess: git checks out the
    // last, others read the first.
    let (found, doubled): (Vec<_>, Vec<_>) =
        found.chunk_by(|left, right| left.path == right.path).partition(|group| group.len() == 1);
    search.failures.extend(
        doubled
            .iter()
            .map(|group| SourceFailure::new(&group[0].path, "the folder stands in its parent more than once")),
    );
    Ok((found.into_iter().flatten().cloned().collect(), search.failures))
}

struct Search<'a> {
    repository: &'a gix::Repository,
    bounds: &'a ReadBounds,
    found: Vec<SkillFolder>,
    failures: Vec<SourceFailure>,
    failure_count: usize,
    entry_count: usize,
    path_bytes: usize,
}

impl Search<'_> {
    fn visit(
        &mut self,
        path: &str,
        tree: ObjectId,
        depth: usize,
        folders: &mut Vec<(String, ObjectId, usize)>,
    ) -> Result<(), String> {
        if depth > limits::FOLDER_DEPTH {
            return Err(format!("the folder lies deeper than {} folders and was not searched", limits::FOLDER_DEPTH));
        }
        // A regular file before a link, the canonical spelling before others, then by bytes.
        let mut best: Option<(bool, bool, Vec<u8>)> = None;
        for entry in load_tree(self.repository, tree)?.iter() {
            let entry = entry.map_err(|_| "the folder's object is damaged")?;
            let name: &[u8] = entry.filename();
            self.entry_count += 1;
            if self.is_exhausted() || self.excess().is_some() {
                break;
            }
            match entry.kind() {
                EntryKind::Tree if is_not_searched(name) => {}
                EntryKind::Tree => match child(path, name) {
                    Ok(child) => {
                        self.path_bytes += child.len();
                        folders.push((child, entry.object_id(), depth + 1));
                    }
                    Err(reason) => self.fail(&joined(path, &name.to_str_lossy()), &reason),
                },
                kind if is_instructions(name) => {
                    let is_link = !matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
                    let candidate = (is_link, name != b"SKILL.md", name.to_vec());
                    best = Some(best.map_or(candidate.clone(), |best| best.min(candidate)));
                }
                _ => {}
            }
        }
        let Some((is_link, _, name)) = best else { return Ok(()) };
        let file_name = name.to_str_lossy().into_owned();
        if is_link {
            self.fail(&joined(path, &file_name), "it is a symbolic link, which is not followed");
        } else {
            self.found.push(SkillFolder { path: path.to_owned(), file_name, tree });
        }
        Ok(())
    }

    fn fail(&mut self, path: &str, reason: &str) {
        self.failure_count += 1;
        if self.failure_count <= SEARCH_FAILURES {
            let location = if path.is_empty() { "/" } else { path };
            self.failures.push(SourceFailure::new(location, reason));
        }
    }

    /// Says what there is more of than the bounds allow, and how much they allow.
    fn excess(&self) -> Option<(&'static str, u64)> {
        let bounds = self.bounds;
        if self.entry_count as u64 > bounds.entries {
            return Some(("files and folders", bounds.entries));
        }
        (self.found.len() as u64 > bounds.skills).then_some(("skills", bounds.skills))
    }

    fn is_exhausted(&self) -> bool {
        self.entry_count > SEARCH_ENTRIES
            || self.path_bytes > SEARCH_PATH_BYTES
            || self.found.len() >= limits::SOURCE_SKILLS
    }
}

/// Joins a folder's path and a name that must be one part of a path.
fn child(path: &str, name: &[u8]) -> Result<String, String> {
    let name = name.to_str().map_err(|_| "the folder's name is not UTF-8")?;
    let child = joined(path, name);
    if name.contains('/') {
        return Err("the folder's name holds a slash".to_owned());
    }
    BundlePath::try_from(child.as_str()).map_err(|error| format!("the folder cannot be named: {error}"))?;
    Ok(child)
}
