//! The second pass: looks at everything again, and accepts no difference.

use std::io;
use std::path::Path;

use super::error::WalkError;
use super::first_pass::{ListedContent, ListedEntry, ListedFolder, changed, join, or_root};
use super::system::{Folder, Status, status_at};

/// Compares the tree below `root` with what the first pass saw.
pub(super) fn compare(root: &Path, listed: &ListedFolder) -> Result<(), WalkError> {
    let look = || status_at(root).map_err(|source| unreadable("", source));
    is_still(&look()?, &listed.status, "")?;
    let folder = Folder::open(root).map_err(|source| unreadable("", source))?;
    compare_folder(&folder, listed, "")?;
    // A folder that stood in for the listing and is gone again is met here.
    is_still(&look()?, &listed.status, "")
}

/// Compares an open folder: the folder itself, its names, and every entry.
fn compare_folder(folder: &Folder, listed: &ListedFolder, path: &str) -> Result<(), WalkError> {
    let status = folder.status().map_err(|source| unreadable(path, source))?;
    is_still(&status, &listed.status, path)?;
    let names = folder.names(listed.entries.len()).map_err(|source| unreadable(path, source))?;
    if !names.iter().map(Vec::as_slice).eq(listed.entries.iter().map(|entry| entry.name.as_bytes())) {
        return Err(changed(path, "it holds other names than before"));
    }
    listed.entries.iter().try_for_each(|entry| compare_entry(folder, entry, path))
}

fn compare_entry(folder: &Folder, entry: &ListedEntry, path: &str) -> Result<(), WalkError> {
    let path = join(path, &entry.name);
    let look = || folder.status_of(&entry.name).map_err(|source| unreadable(&path, source));
    match &entry.content {
        ListedContent::LeftOut(kind) if look()?.kind != *kind => Err(changed(&path, "it is of another kind")),
        ListedContent::LeftOut(_) => Ok(()),
        ListedContent::File { status, .. } if look()? != *status => {
            Err(changed(&path, "its size, mode, time or inode is another"))
        }
        ListedContent::File { .. } => Ok(()),
        ListedContent::Folder(listed) => {
            is_still(&look()?, &listed.status, &path)?;
            let opened = folder.folder(&entry.name).map_err(|source| unreadable(&path, source))?;
            compare_folder(&opened, listed, &path)?;
            is_still(&look()?, &listed.status, &path)
        }
    }
}

fn is_still(status: &Status, before: &Status, path: &str) -> Result<(), WalkError> {
    if status.is_same_entry(before) { Ok(()) } else { Err(changed(path, "another folder took its place")) }
}

fn unreadable(path: &str, source: io::Error) -> WalkError {
    WalkError::Unreadable { path: or_root(path), source }
}
