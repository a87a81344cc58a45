//! Names of an archive's entries: which may be read, and which of them are one.

use std::collections::BTreeMap;

use crate::skill::{BundlePath, PathError, fold_case, limits};

use super::ArchiveError;
use crate::source::error::shown;

/// What a name of an entry is good for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A path below the root of the archive.
    Path(String),
    /// A path that can be listed and not read, and why.
    Unreadable(String, &'static str),
    /// The root itself.
    Root,
}

/// Reads the name of an entry.
///
/// # Errors
/// Refuses the archive where a program that believes the name would write outside of its
/// folder, on any system.
pub(super) fn read_name(raw: &[u8]) -> Result<Name, ArchiveError> {
    let text = String::from_utf8_lossy(raw);
    let refuse = |what: &str| ArchiveError::refused(format!("its entry `{}` {what}", shown(&text)));
    // `./` before every name is what `tar c .` writes.
    let mut path = text.as_ref();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() && !text.is_empty() && !text.starts_with('/') || path == "." {
        return Ok(Name::Root);
    }
    let is_drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if is_drive {
        return Err(refuse("starts with a drive letter"));
    }
    match BundlePath::try_from(path) {
        Ok(_) if matches!(text, std::borrow::Cow::Owned(_)) => {
            Ok(Name::Unreadable(path.to_owned(), "the name is not UTF-8"))
        }
        Ok(_) if path.split('/').count() > limits::FOLDER_DEPTH + 1 => {
            Ok(Name::Unreadable(path.to_owned(), "it lies in too many folders"))
        }
        Ok(_) => Ok(Name::Path(path.to_owned())),
        Err(PathError::TooLong) => {
            if path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..") {
                return Err(refuse("leads out of the archive"));
            }
            Ok(Name::Unreadable(path.to_owned(), "its path is too long"))
        }
        Err(PathError::Absolute) => Err(refuse("is an absolute path")),
        Err(PathError::Traversal) => Err(refuse("has an empty part, `.` or `..`")),
        Err(PathError::Character) => Err(refuse("holds a control character or a backslash")),
        Err(PathError::Empty) => Err(refuse("has no name")),
    }
}

/// The names that were met, to find those that are one on some file system.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Folded paths of what is no folder, with the path as it was written.
    files: BTreeMap<String, String>,
}

impl Met {
    /// Notes a file or link.
    ///
    /// # Errors
    /// Refuses the archive where it has another one of this name, but for case and composition.
    pub(super) fn note(&mut self, path: &str) -> Result<(), ArchiveError> {
        match self.files.insert(fold_case(path), path.to_owned()) {
            Some(other) => Err(ArchiveError::refused(format!(
                "its entries `{}` and `{}` are one file on some systems",
                shown(&other),
                shown(path)
            ))),
            None => Ok(()),
        }
    }

    /// Refuses the archive where something lies below what is no folder: a link, for one.
    pub(super) fn check_folders(&self) -> Result<(), ArchiveError> {
        for (folded, path) in &self.files {
            let above = folded.match_indices('/').map(|(end, _)| &folded[..end]);
            if let Some(file) = above.into_iter().find_map(|folder| self.files.get(folder)) {
                return Err(ArchiveError::refused(format!(
                    "its entry `{}` lies below `{}`, which is no folder",
                    shown(path),
                    shown(file)
                )));
            }
        }
        Ok(())
    }
}
