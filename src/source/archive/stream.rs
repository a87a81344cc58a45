//! An archive on this machine as a source of skills.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::skill::{Registry, SkillSource, SourceIdentity};

use super::{ArchiveBounds, ArchiveError, Unpacked, unpack};
use crate::source::error::shown_path;
use crate::source::{FoundSkill, ReadBounds, SkillStream, SourceError, SourceFailure, SourceItem};

/// Endings of archives.
const ENDINGS: &[&str] = &[".tar.gz", ".tgz", ".tar", ".zip", ".skill"];

/// Tells whether a file is called as archives are.
pub fn is_archive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns the name of an archive without its ending.
fn stem(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(**ending));
    ending.and_then(|ending| name.get(..name.len() - ending.len())).unwrap_or(name)
}

/// The skills of an archive, in byte order of their folders.
pub(in crate::source) struct ArchiveStream {
    path: PathBuf,
    unpacked: Unpacked,
    found: std::vec::IntoIter<(String, String)>,
    total: u64,
}

impl ArchiveStream {
    /// Reads an archive to its end.
    pub(in crate::source) fn open(path: &Path, bounds: &ReadBounds) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|error| SourceError::of_io(path, &error))?;
        let metadata = file.metadata().map_err(|error| SourceError::of_io(path, &error))?;
        if !metadata.is_file() {
            return Err(SourceError::unreadable(path, "it is not a regular file"));
        }
        let many = ArchiveBounds::MANY;
        let limits = ArchiveBounds {
            entries: many.entries.min(bounds.entries),
            bytes: many.bytes.min(bounds.fetch_bytes),
            kept_bytes: many.kept_bytes,
        };
        let failure = |error: ArchiveError| error.of_source(&shown_path(path));
        if metadata.len() > limits.bytes {
            return Err(failure(ArchiveError::TooLarge(limits.bytes)));
        }
        let unpacked = unpack(file, limits).map_err(failure)?;
        let found = unpacked.skills();
        let total = found.len() as u64;
        if total > bounds.skills {
            return Err(SourceError::TooMany { repository: shown_path(path), what: "skills", limit: bounds.skills });
        }
        Ok(Self { path: path.to_owned(), unpacked, found: found.into_iter(), total })
    }

    fn read(&self, folder: &str, file_name: &str) -> Result<FoundSkill, String> {
        let path = self.path.to_str().ok_or("the archive's path is not UTF-8")?;
        let bundle = self.unpacked.bundle(folder, file_name)?;
        let mut source = SkillSource::new(SourceIdentity::git_on_disk(path, folder), Registry::Local);
        source.file_name = file_name.to_owned();
        let archive_name = self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let folder_name = folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(stem(archive_name));
        Ok(FoundSkill { folder_name: Some(folder_name.to_owned()), source, bundle })
    }
}

impl Iterator for ArchiveStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        let (folder, file_name) = self.found.next()?;
        Some(match self.read(&folder, &file_name) {
            Ok(skill) => SourceItem::Skill(Box::new(skill)),
            Err(reason) => SourceItem::Failure(SourceFailure::new(&format!("{folder}/{file_name}"), reason)),
        })
    }
}

impl SkillStream for ArchiveStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.total - self.found.len() as u64, Some(self.total))
    }
}
