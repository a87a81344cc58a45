//! The object id of a folder's git tree.
//!
//! A tree lists its entries as `<mode> <name> NUL <20 bytes>`, in byte order of their names,
//! where a folder's name counts as if `/` followed it. The format is that of
//! `git cat-file tree`; empty folders do not exist in it.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use super::file::{FileMode, RecipeFile};

type ObjectId = [u8; 20];

/// Computes the id of the tree of `files`, which are in byte order of their paths.
pub(super) fn tree_id(files: &[&RecipeFile<'_>]) -> ObjectId {
    let leaves: Vec<_> = files.iter().map(|file| (file.path(), *file)).collect();
    subtree(&leaves)
}

/// Computes the id of the tree of files with their paths below that tree. All files below one
/// folder stand side by side, because the paths are in byte order.
fn subtree(files: &[(&str, &RecipeFile<'_>)]) -> ObjectId {
    let content: Vec<u8> = entries(files).iter().flat_map(Entry::bytes).collect();
    object("tree", &[&content])
}

/// Lists the entries of a tree in git's order.
fn entries<'a>(files: &[(&'a str, &RecipeFile<'_>)]) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut at = 0;
    while at < files.len() {
        let (path, file) = files[at];
        let Some((folder, _)) = path.split_once('/') else {
            entries.push(Entry { name: path, mode: file_mode(file.mode()), id: blob(file.bytes()) });
            at += 1;
            continue;
        };
        let below: Vec<_> = files[at..]
            .iter()
            .map_while(|(path, file)| {
                let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
                Some((rest, *file))
            })
            .collect();
        at += below.len();
        entries.push(Entry { name: folder, mode: FOLDER_MODE, id: subtree(&below) });
    }
    entries.sort_by(|left, right| left.sort_key().cmp(right.sort_key()));
    entries
}

/// A tree of which one file at the root is still open: its id with any content is made without
/// hashing the rest again.
pub(super) struct OpenTree {
    /// The bytes of the tree before the id of the open file, and after it.
    before: Vec<u8>,
    after: Vec<u8>,
}

impl OpenTree {
    /// Takes the tree of `files`, in whatever order, with the file `name` at its root open.
    pub(super) fn new(files: &[RecipeFile<'_>], name: &str) -> Self {
        let by_path: BTreeMap<&str, &RecipeFile<'_>> = files
            .iter()
            .filter(|file| !file.parts().any(|part| part == ".git"))
            .map(|file| (file.path(), file))
            .collect();
        let entries = entries(&by_path.into_iter().collect::<Vec<_>>());
        let mut open = Self { before: Vec::new(), after: Vec::new() };
        let mut is_before = true;
        for entry in entries {
            if entry.name == name && entry.mode != FOLDER_MODE {
                open.before.extend([entry.mode.as_bytes(), b" ", name.as_bytes(), b"\0"].concat());
                is_before = false;
            } else if is_before {
                open.before.extend(entry.bytes());
            } else {
                open.after.extend(entry.bytes());
            }
        }
        open
    }

    /// Returns the id of the tree where the open file holds `parts`, one after the other.
    pub(super) fn id_with(&self, parts: &[&[u8]]) -> ObjectId {
        object("tree", &[&self.before, &object("blob", parts), &self.after])
    }
}

struct Entry<'a> {
    name: &'a str,
    mode: &'static str,
    id: ObjectId,
}

const FOLDER_MODE: &str = "40000";

impl Entry<'_> {
    fn sort_key(&self) -> impl Iterator<Item = u8> {
        let end = (self.mode == FOLDER_MODE).then_some(b'/');
        self.name.bytes().chain(end)
    }

    fn bytes(&self) -> Vec<u8> {
        [self.mode.as_bytes(), b" ", self.name.as_bytes(), b"\0", &self.id].concat()
    }
}

fn file_mode(mode: FileMode) -> &'static str {
    match mode {
        FileMode::Regular => "100644",
        FileMode::Executable => "100755",
        FileMode::Link => "120000",
    }
}

fn blob(bytes: &[u8]) -> ObjectId {
    object("blob", &[bytes])
}

/// Hashes an object whose content is given in parts.
fn object(kind: &str, parts: &[&[u8]]) -> ObjectId {
    let mut hasher = Sha1::new();
    hasher.update(format!("{kind} {}\0", parts.iter().map(|part| part.len()).sum::<usize>()));
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}
