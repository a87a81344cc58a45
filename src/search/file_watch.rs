//! Whether the files of the index are still as they were written.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tantivy::Index;

use super::SearchError;
use super::snapshot::CommitMark;

/// The lengths of the files of one commit. The engine writes a file once and never changes it.
#[derive(Debug, Default)]
pub(super) struct FileWatch {
    seen: Mutex<Option<(CommitMark, BTreeMap<PathBuf, u64>)>>,
}

impl FileWatch {
    /// Compares the files of the latest commit with what they were when it was first seen.
    pub fn check(&self, index: &Index, folder: &Path) -> Result<(), SearchError> {
        let failed = |source| SearchError::Folder { folder: folder.to_owned(), source };
        let metas = index.load_metas()?;
        let mark = CommitMark::of(&metas);
        // The files of a segment begin with its name.
        let segments: HashSet<String> = metas.segments.iter().map(|segment| segment.id().uuid_string()).collect();
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = PathBuf::from(entry.file_name());
            let name = path.to_string_lossy();
            if !name.split('.').next().is_some_and(|segment| segments.contains(segment)) {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => {
                    found.insert(path, metadata.len());
                }
                // Deletions of a commit that another one has replaced meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &*seen {
            Some((seen_mark, files)) if *seen_mark == mark => {
                let wrong = files.iter().find(|(path, length)| found.get(*path) != Some(*length));
                match wrong {
                    Some((path, _)) => Err(failed(io::Error::other(format!(
                        "the file {} is missing or not as it was written",
                        path.display()
                    )))),
                    None => Ok(()),
                }
            }
            _ => {
                *seen = Some((mark, found));
                Ok(())
            }
        }
    }
}
