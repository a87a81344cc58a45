//! Reads one skill from the tree objects of a commit.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;

use crate::skill::{FileContent, RawBundle, limits};

use super::gather::{Gathering, is_left_out};

/// Bytes of a link's target.
const LINK_BYTES: u64 = 4_096;

/// A folder that holds a skill.
#[derive(Debug, Clone)]
pub(super) struct SkillFolder {
    /// The path from the root of the repository, empty for the root.
    pub(super) path: String,
    /// The name of the instructions file.
    pub(super) file_name: String,
    /// Its tree object.
    pub(super) tree: ObjectId,
}

impl SkillFolder {
    /// Returns the path of the instructions.
    pub(super) fn instructions(&self) -> String {
        joined(&self.path, &self.file_name)
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

/// Reads everything of a commit, whatever it is.
pub(super) fn read_tree(repository: &gix::Repository, tree: ObjectId) -> RawBundle {
    let mut reader = BundleReader { repository, gathering: Gathering::default(), instructions: None };
    reader.read_folder("", tree, 0);
    reader.gathering.finish()
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

/// Appends a name to a path.
pub(super) fn joined(path: &str, name: &str) -> String {
    let slash = if path.is_empty() { "" } else { "/" };
    format!("{path}{slash}{name}")
}

/// Loads a tree whose size is within the limit of a file.
pub(super) fn load_tree(repository: &gix::Repository, id: ObjectId) -> Result<gix::Tree<'_>, String> {
    let header = repository.find_header(id).map_err(|_| "the folder's object is missing or damaged")?;
    if header.size() > limits::FILE_BYTES {
        return Err(format!("the folder's object has {} bytes, the limit is {}", header.size(), limits::FILE_BYTES));
    }
    repository.find_tree(id).map_err(|_| "the folder's object is missing or damaged".to_owned())
}

/// Loads a blob whose size is within `limit_bytes`.
pub(super) fn load_blob(repository: &gix::Repository, id: ObjectId, limit_bytes: u64) -> Result<Vec<u8>, String> {
    let header = repository.find_header(id).map_err(|_| "the file's object is missing or damaged")?;
    if header.size() > limit_bytes {
        return Err(format!("the file has {} bytes, the limit is {limit_bytes}", header.size()));
    }
    let mut blob = repository.find_blob(id).map_err(|_| "the file's object is missing or damaged")?;
    Ok(blob.take_data())
}
