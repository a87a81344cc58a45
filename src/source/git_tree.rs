//! Finds and reads skills in the tree objects of a commit.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;

use crate::skill::{BundlePath, FileContent, RawBundle, limits};

use super::SourceFailure;
use super::gather::{Gathering, is_instructions, is_left_out, is_not_searched};

/// Entries of trees that one search looks at. The same few trees can stand for billions of
/// files, so the number of objects in a repository bounds nothing.
const SEARCH_ENTRIES: usize = 16_000_000;
/// Bytes of all folders' paths that one search puts together.
const SEARCH_PATH_BYTES: usize = 256 * 1024 * 1024;
/// Failures of one search that are told one by one.
const SEARCH_FAILURES: usize = 1_000;
/// Bytes of a link's target.
const LINK_BYTES: u64 = 4_096;

/// A folder that holds a skill.
#[derive(Debug, Clone)]
pub(super) struct SkillFolder {
    /// The path from the root of the repository, empty for the root.
    pub(super) path: String,
    /// The name of the instructions file.
    pub(super) file_name: String,
    tree: ObjectId,
}

impl SkillFolder {
    /// Returns the path of the instructions.
    pub(super) fn instructions(&self) -> String {
        joined(&self.path, &self.file_name)
    }
}

/// Finds every skill at or below the tree that stands at `path`, ordered by path.
pub(super) fn find_skills(
    repository: &gix::Repository,
    path: &str,
    tree: ObjectId,
) -> (Vec<SkillFolder>, Vec<SourceFailure>) {
    let mut search =
        Search { repository, found: Vec::new(), failures: Vec::new(), failure_count: 0, entry_count: 0, path_bytes: 0 };
    let mut folders = vec![(path.to_owned(), tree, 0)];
    while let Some((path, tree, depth)) = folders.pop() {
        if let Err(reason) = search.visit(&path, tree, depth, &mut folders) {
            search.fail(&path, &reason);
        }
        if search.is_exhausted() {
            search
                .failures
                .push(SourceFailure::new(&path, "the repository has too many folders; what follows was not searched"));
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
    (found.into_iter().flatten().cloned().collect(), search.failures)
}

struct Search<'a> {
    repository: &'a gix::Repository,
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
            if self.is_exhausted() {
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

    fn is_exhausted(&self) -> bool {
        self.entry_count > SEARCH_ENTRIES
            || self.path_bytes > SEARCH_PATH_BYTES
            || self.found.len() >= limits::SOURCE_SKILLS
    }
}

/// Reads everything below a skill's folder; the instructions first, so that no limit hides them.
pub(super) fn read_bundle(repository: &gix::Repository, folder: &SkillFolder) -> Result<RawBundle, String> {
    let mut gathering = Gathering::default();
    let tree = load_tree(repository, folder.tree)?;
    let entry =
        tree.iter().flatten().find(|entry| entry.filename() == folder.file_name.as_str()).ok_or("the file is gone")?;
    let bytes = load_blob(repository, entry.object_id(), limits::FILE_BYTES)?;
    gathering.add(folder.file_name.clone(), FileContent::Bytes(bytes), entry.kind() == EntryKind::BlobExecutable);
    let mut reader = BundleReader { repository, gathering, instructions: Some(&folder.file_name) };
    reader.read_folder("", folder.tree, 0);
    Ok(reader.gathering.finish())
}

struct BundleReader<'a> {
    repository: &'a gix::Repository,
    gathering: Gathering,
    /// The file that was read first, until the walk has come past it.
    instructions: Option<&'a str>,
}

impl BundleReader<'_> {
    /// Reads one folder and those below it; `false` where the walk ends.
    fn read_folder(&mut self, path: &str, tree: ObjectId, depth: usize) -> bool {
        let tree = match load_tree(self.repository, tree) {
            Ok(tree) => tree,
            Err(reason) => {
                self.gathering.leave(path, None, reason);
                return true;
            }
        };
        for entry in tree.iter() {
            let Ok(entry) = entry else {
                self.gathering.leave(path, None, "the folder's object is damaged; what follows in it was not read");
                return true;
            };
            let name: &[u8] = entry.filename();
            if is_left_out(name) {
                continue;
            }
            if path.is_empty() && self.instructions.take_if(|instructions| instructions.as_bytes() == name).is_some() {
                continue;
            }
            let shown = joined(path, &name.to_str_lossy());
            if !self.gathering.goes_on_at(&shown) {
                return false;
            }
            if name.to_str().is_err() {
                self.gathering.leave(&shown, None, "the name is not UTF-8");
                continue;
            }
            match entry.kind() {
                EntryKind::Tree if depth >= limits::FOLDER_DEPTH || shown.len() > limits::PATH_BYTES => {
                    let reason = format!(
                        "the folder lies deeper than {} folders or {} bytes; nothing below it was read",
                        limits::FOLDER_DEPTH,
                        limits::PATH_BYTES
                    );
                    self.gathering.leave(&shown, None, reason);
                }
                EntryKind::Tree => {
                    if !self.read_folder(&shown, entry.object_id(), depth + 1) {
                        return false;
                    }
                }
                EntryKind::Commit => self.gathering.leave(&shown, None, "it is a submodule, which is not fetched"),
                kind => self.read_file(shown, entry.object_id(), kind),
            }
        }
        true
    }

    fn read_file(&mut self, path: String, id: ObjectId, kind: EntryKind) {
        let size_bytes = match self.repository.find_header(id) {
            Ok(header) => header.size(),
            Err(_) => return self.gathering.leave(&path, None, "the file's object is missing or damaged"),
        };
        let is_link = kind == EntryKind::Link;
        if !self.gathering.admits(&path, if is_link { 0 } else { size_bytes }) {
            return;
        }
        match load_blob(self.repository, id, if is_link { LINK_BYTES } else { limits::FILE_BYTES }) {
            Ok(target) if is_link => {
                self.gathering.add(path, FileContent::Symlink(target.to_str_lossy().into_owned()), false)
            }
            Ok(bytes) => self.gathering.add(path, FileContent::Bytes(bytes), kind == EntryKind::BlobExecutable),
            Err(reason) => self.gathering.leave(&path, Some(size_bytes), reason),
        }
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

fn joined(path: &str, name: &str) -> String {
    let slash = if path.is_empty() { "" } else { "/" };
    format!("{path}{slash}{name}")
}

/// Loads a tree whose size is within the limit of a file.
fn load_tree(repository: &gix::Repository, id: ObjectId) -> Result<gix::Tree<'_>, String> {
    let header = repository.find_header(id).map_err(|_| "the folder's object is missing or damaged")?;
    if header.size() > limits::FILE_BYTES {
        return Err(format!("the folder's object has {} bytes, the limit is {}", header.size(), limits::FILE_BYTES));
    }
    repository.find_tree(id).map_err(|_| "the folder's object is missing or damaged".to_owned())
}

/// Loads a blob whose size is within `limit_bytes`.
fn load_blob(repository: &gix::Repository, id: ObjectId, limit_bytes: u64) -> Result<Vec<u8>, String> {
    let header = repository.find_header(id).map_err(|_| "the file's object is missing or damaged")?;
    if header.size() > limit_bytes {
        return Err(format!("the file has {} bytes, the limit is {limit_bytes}", header.size()));
    }
    let mut blob = repository.find_blob(id).map_err(|_| "the file's object is missing or damaged")?;
    Ok(blob.take_data())
}
