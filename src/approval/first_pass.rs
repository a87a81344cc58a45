//! The first pass: lists folders, opens and hashes files, and notes what it saw.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::error::WalkError;
use super::hash::{Hasher, Kept};
use super::limits;
use super::manifest::MeasuredFile;
use super::name::{RECORDS, check_name, find_collision, is_left_out};
use super::path::RecordedPath;
use super::system::{Folder, Kind, Status, shown_name};
use super::walk::{Head, Keep, Moment, Watch};
use crate::skill::FileClass;

/// A folder as the first pass saw it.
pub(super) struct ListedFolder {
    pub status: Status,
    /// Everything in it, in byte order of the names.
    pub entries: Vec<ListedEntry>,
}

/// An entry as the first pass saw it.
pub(super) struct ListedEntry {
    pub name: String,
    pub content: ListedContent,
}

/// What an entry is.
pub(super) enum ListedContent {
    /// A file or folder with a name that is left out.
    LeftOut(Kind),
    /// A file with its status when it was open.
    File { status: Status, file: Box<MeasuredFile>, head: Option<Head>, content: Option<Vec<u8>> },
    /// A folder with everything below it.
    Folder(ListedFolder),
}

impl ListedFolder {
    /// Tells whether a folder or file of records was left out, here or below.
    pub fn holds_records(&self) -> bool {
        self.entries.iter().any(|entry| match &entry.content {
            ListedContent::LeftOut(_) => entry.name == RECORDS,
            ListedContent::File { .. } => false,
            ListedContent::Folder(folder) => folder.holds_records(),
        })
    }

    /// Takes the files of this folder and of those below it.
    pub fn take_files(self, files: &mut Vec<(MeasuredFile, Option<Vec<u8>>)>, instructions: &mut Option<Head>) {
        for entry in self.entries {
            match entry.content {
                ListedContent::LeftOut(_) => {}
                ListedContent::File { file, head, content, .. } => {
                    files.push((*file, content));
                    *instructions = instructions.take().or(head);
                }
                ListedContent::Folder(folder) => folder.take_files(files, instructions),
            }
        }
    }
}

/// The bytes of a folder's files from which on they are hashed on all cores.
const PARALLEL_BYTES: u64 = 1024 * 1024;

/// Counts what was met, so that every limit is checked before the work that it bounds.
pub(super) struct FirstPass<'a> {
    files: AtomicUsize,
    folders: AtomicUsize,
    entries: AtomicUsize,
    hasher: Hasher,
    keep: Keep,
    watch: Watch<'a>,
}

impl<'a> FirstPass<'a> {
    pub fn new(keep: Keep, watch: Watch<'a>) -> Self {
        let (files, folders, entries) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        Self { files, folders, entries, hasher: Hasher::new(), keep, watch }
    }

    /// Reads an open folder that was `seen` before it was opened, `depth` folders below the
    /// root. `path` is empty for the root.
    pub fn read_folder(
        &self,
        folder: &Folder,
        seen: &Status,
        path: &str,
        depth: usize,
    ) -> Result<ListedFolder, WalkError> {
        count(&self.folders, 1, limits::FOLDERS, "more folders than can be measured", path)?;
        let unreadable = |source| WalkError::Unreadable { path: or_root(path), source };
        let status = folder.status().map_err(unreadable)?;
        if !status.is_same_entry(seen) {
            return Err(changed(path, "another folder took its place"));
        }
        let left = limits::ENTRIES - self.entries.load(Ordering::Relaxed).min(limits::ENTRIES);
        let names = folder.names(left).map_err(unreadable)?;
        count(&self.entries, names.len(), limits::ENTRIES, "more entries than can be measured", path)?;
        (self.watch)(Moment::Listed(path));
        let mut seen = Vec::with_capacity(names.len());
        for bytes in &names {
            let name =
                check_name(bytes).map_err(|source| WalkError::Name { path: join(path, &shown_name(bytes)), source })?;
            seen.push((name, look_at(folder, name, path)?));
        }
        if let Some((left, right)) = find_collision(seen.iter().map(|(name, _)| *name)) {
            return Err(WalkError::Collision { left: join(path, left), right: join(path, right) });
        }
        let mut contents = self.read_files(folder, &seen, path)?.into_iter();
        let mut entries = Vec::with_capacity(seen.len());
        for (name, status) in seen {
            let content = match status.kind {
                kind if is_left_out(name) => ListedContent::LeftOut(kind),
                Kind::Folder => ListedContent::Folder(self.enter(folder, name, &status, path, depth)?),
                _ => contents.next().ok_or_else(|| changed(&join(path, name), "it was not read"))?,
            };
            entries.push(ListedEntry { name: name.to_owned(), content });
        }
        Ok(ListedFolder { status, entries })
    }

    fn enter(
        &self,
        folder: &Folder,
        name: &str,
        seen: &Status,
        path: &str,
        depth: usize,
    ) -> Result<ListedFolder, WalkError> {
        let path = join(path, name);
        if depth >= limits::DEPTH {
            let what = "a folder deeper than can be measured";
            return Err(WalkError::Limit { what, path, limit: limits::DEPTH as u64 });
        }
        (self.watch)(Moment::Seen(&path));
        let opened = folder.folder(name).map_err(|source| WalkError::Unreadable { path: path.clone(), source })?;
        self.read_folder(&opened, seen, &path, depth + 1)
    }

    /// Hashes the files of a folder; in the order of the names, whichever is ready first.
    fn read_files(
        &self,
        folder: &Folder,
        seen: &[(&str, Status)],
        path: &str,
    ) -> Result<Vec<ListedContent>, WalkError> {
        let files: Vec<_> =
            seen.iter().filter(|(name, status)| status.kind == Kind::File && !is_left_out(name)).collect();
        count(&self.files, files.len(), limits::FILES, "more files than can be measured", path)?;
        let read = |(name, status): &&(&str, Status)| self.read_file(folder, name, status, path);
        let size_bytes = files.iter().map(|(_, status)| status.size_bytes).fold(0, u64::saturating_add);
        // Inside of work that is spread already, another folder would be begun while this one waits.
        if size_bytes < PARALLEL_BYTES || rayon::current_thread_index().is_some() {
            return files.iter().map(read).collect();
        }
        // The error is that of the first name, whatever another core met before.
        let read: Vec<_> = files.par_iter().map(read).collect();
        read.into_iter().collect()
    }

    fn read_file(&self, folder: &Folder, name: &str, seen: &Status, path: &str) -> Result<ListedContent, WalkError> {
        let is_instructions = path.is_empty() && name == "SKILL.md";
        let path = join(path, name);
        let recorded = RecordedPath::try_from(path.as_str()).map_err(|_| WalkError::Limit {
            what: "a path longer than can be recorded",
            path: path.clone(),
            limit: limits::PATH_BYTES as u64,
        })?;
        (self.watch)(Moment::Seen(&path));
        self.hasher.admit(seen.size_bytes, &path)?;
        let file = folder.file(name).map_err(|source| WalkError::Unreadable { path: path.clone(), source })?;
        let kept = Kept { head: is_instructions, content: self.keep == Keep::Contents };
        let hashed = self.hasher.hash(file, seen, &path, kept, self.watch)?;
        let class = FileClass::of_text(&path, hashed.status.is_executable);
        let file = MeasuredFile {
            path: recorded,
            sha256: hashed.sha256,
            size: hashed.status.size_bytes,
            executable: hashed.status.is_executable,
            class,
        };
        Ok(ListedContent::File {
            status: hashed.status,
            file: Box::new(file),
            head: hashed.head,
            content: hashed.content,
        })
    }
}

/// Looks at an entry; what is neither a file nor a folder ends the walk, whatever its name.
fn look_at(folder: &Folder, name: &str, path: &str) -> Result<Status, WalkError> {
    let path = || join(path, name);
    let status = folder.status_of(name).map_err(|source| WalkError::Unreadable { path: path(), source })?;
    match status.kind {
        Kind::File | Kind::Folder => Ok(status),
        Kind::Symlink => Err(WalkError::Symlink { path: path() }),
        Kind::Special(kind) => Err(WalkError::Special { path: path(), kind }),
    }
}

fn count(counter: &AtomicUsize, number: usize, limit: usize, what: &'static str, path: &str) -> Result<(), WalkError> {
    if counter.fetch_add(number, Ordering::Relaxed) + number > limit {
        return Err(WalkError::Limit { what, path: or_root(path), limit: limit as u64 });
    }
    Ok(())
}

/// Puts a name below a path, which is empty for the root.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Names the root where a path is empty.
pub(super) fn or_root(path: &str) -> String {
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}

pub(super) fn changed(path: &str, what: &'static str) -> WalkError {
    WalkError::Changed { path: or_root(path), what }
}

#[cfg(test)]
mod tests {
    use super::super::system::status_at;
    use super::*;

    #[test]
    fn entries_are_counted_over_all_folders_left_out_ones_included() {
        let root = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(root.path().join("sub/.git")).expect("a folder");
        let check = |met: usize| {
            let pass = FirstPass::new(Keep::Head, &|_| {});
            pass.entries.store(met, Ordering::Relaxed);
            let folder = Folder::open(root.path()).expect("the folder opens");
            let status = status_at(root.path()).expect("a status");
            pass.read_folder(&folder, &status, "", 0).map(|_| ())
        };
        assert!(check(limits::ENTRIES - 2).is_ok());
        assert!(matches!(check(limits::ENTRIES - 1), Err(WalkError::Limit { path, .. }) if path == "sub"));
        assert!(check(limits::ENTRIES).is_err());
    }
}
