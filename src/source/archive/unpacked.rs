//! The files of an archive in memory, and the skills among them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::ops::Bound;

use crate::package::FileSet;
use crate::skill::{FileContent, RawBundle, RawFile, UnreadFile, limits, sanitise_line};

use super::names::{Met, Name, read_name};
use super::{ArchiveError, tar, zip};
use crate::source::error::shown;
use crate::source::gather::{Gathering, is_instructions, is_left_out, is_not_searched};

/// How far one archive may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct ArchiveBounds {
    /// Files, folders and everything else that it lists.
    pub(in crate::source) entries: u64,
    /// Bytes to which it unpacks, and bytes that it may have itself.
    pub(in crate::source) bytes: u64,
    /// Bytes of content that are kept in memory; files beyond are listed and not read.
    pub(in crate::source) kept_bytes: u64,
}

impl ArchiveBounds {
    /// The bounds of an archive that is one skill: entries as in root digest v1.
    pub(in crate::source) const SKILL: Self =
        Self { entries: 65_536, bytes: limits::BUNDLE_BYTES, kept_bytes: limits::BUNDLE_BYTES };
    /// The bounds of an archive of many skills, all of which is in memory at once.
    pub(in crate::source) const MANY: Self =
        Self { entries: 200_000, bytes: 256 * 1024 * 1024, kept_bytes: 256 * 1024 * 1024 };
}

/// What stands at a path of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A regular file.
    File { bytes: Vec<u8>, is_executable: bool },
    /// A symbolic link with its target.
    Link(String),
    /// Something that is not read, with its size and the reason.
    Unread(Option<u64>, String),
}

/// Why a hard link is not read.
pub(super) const HARD_LINK: &str = "it is a hard link, which is not followed";
/// Why something is not read that is neither a file nor a link.
pub(super) const DEVICE: &str = "it is a device, a pipe or of an unknown kind";

/// The files of an archive, by path.
#[derive(Debug, Default)]
pub(in crate::source) struct Unpacked {
    files: BTreeMap<String, Content>,
}

/// Reads an archive to its end, whatever its format; the first bytes tell it.
///
/// # Errors
/// Fails where it is none, is damaged, goes beyond the bounds, or could be unpacked to different
/// files by different programs, or outside of its folder.
pub(in crate::source) fn unpack(reader: impl Read, bounds: ArchiveBounds) -> Result<Unpacked, ArchiveError> {
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    let head = reader.fill_buf().map_err(|error| ArchiveError::refused(error.to_string()))?;
    let mut collection = Collection::new(bounds);
    if head.starts_with(&[0x1f, 0x8b]) {
        tar::read_gzip(reader, &mut collection)?;
    } else if head.starts_with(b"PK") {
        zip::read(&read_all(reader, bounds.bytes)?, &mut collection)?;
    } else if head.get(257..262) == Some(b"ustar") {
        tar::read_plain(reader, &mut collection)?;
    } else {
        return Err(ArchiveError::refused("it is neither a zip nor a tar archive, plain or with gzip"));
    }
    collection.finish()
}

fn read_all(reader: impl Read, limit: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| ArchiveError::refused(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(ArchiveError::TooLarge(limit));
    }
    Ok(bytes)
}

/// An archive while it is read: counts before it keeps.
#[derive(Debug)]
pub(super) struct Collection {
    pub(super) bounds: ArchiveBounds,
    files: BTreeMap<String, Content>,
    met: Met,
    entries: u64,
    bytes: u64,
    kept_bytes: u64,
}

impl Collection {
    fn new(bounds: ArchiveBounds) -> Self {
        Self { bounds, files: BTreeMap::new(), met: Met::default(), entries: 0, bytes: 0, kept_bytes: 0 }
    }

    /// Counts an entry and reads its name; `None` where nothing can be kept of it any more.
    pub(super) fn enter(&mut self, raw_name: &[u8], is_folder: bool) -> Result<Option<String>, ArchiveError> {
        self.entries += 1;
        if self.entries > self.bounds.entries {
            return Err(ArchiveError::TooMany(self.bounds.entries));
        }
        match read_name(raw_name)? {
            Name::Root if is_folder => Ok(None),
            Name::Root => Err(ArchiveError::refused("it has a file in the place of its root")),
            _ if is_folder => Ok(None),
            Name::Path(path) => {
                self.met.note(&path)?;
                Ok(Some(path))
            }
            Name::Unreadable(path, reason) => {
                self.met.note(&path)?;
                self.files.insert(path, Content::Unread(None, reason.to_owned()));
                Ok(None)
            }
        }
    }

    /// Counts the bytes of a file before they are read; `false` where the file is listed and not
    /// read.
    pub(super) fn admits(&mut self, path: &str, size_bytes: u64) -> Result<bool, ArchiveError> {
        self.bytes = self.bytes.saturating_add(size_bytes);
        if self.bytes > self.bounds.bytes {
            return Err(ArchiveError::TooLarge(self.bounds.bytes));
        }
        if size_bytes > limits::FILE_BYTES {
            let reason = format!("the file has {size_bytes} bytes, the limit is {}", limits::FILE_BYTES);
            self.keep(path.to_owned(), Content::Unread(Some(size_bytes), reason));
            return Ok(false);
        }
        if self.kept_bytes + size_bytes > self.bounds.kept_bytes {
            let reason = format!("the files before it have nearly {} bytes, the limit", self.bounds.kept_bytes);
            self.keep(path.to_owned(), Content::Unread(Some(size_bytes), reason));
            return Ok(false);
        }
        self.kept_bytes += size_bytes;
        Ok(true)
    }

    pub(super) fn keep(&mut self, path: String, content: Content) {
        self.files.insert(path, content);
    }

    fn finish(self) -> Result<Unpacked, ArchiveError> {
        self.met.check_folders()?;
        Ok(Unpacked { files: self.files })
    }
}

impl Unpacked {
    /// Lists the folders that hold instructions, empty for the root, with the name of the file,
    /// in byte order.
    pub(in crate::source) fn skills(&self) -> Vec<(String, String)> {
        let mut best: BTreeMap<&str, (bool, &str)> = BTreeMap::new();
        for (path, content) in &self.files {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let is_searched = !folder.split('/').any(|part| is_not_searched(part.as_bytes()));
            if !is_instructions(name.as_bytes()) || !is_searched {
                continue;
            }
            // A file that can be read before one that cannot, the canonical spelling before others.
            let rank = |name: &str, is_readable: bool| (!is_readable, name != "SKILL.md", name.to_owned());
            let is_readable = matches!(content, Content::File { .. });
            let is_better = best
                .get(folder)
                .is_none_or(|(other_readable, other)| rank(name, is_readable) < rank(other, *other_readable));
            if is_better {
                best.insert(folder, (is_readable, name));
            }
        }
        best.into_iter().map(|(folder, (_, name))| (folder.to_owned(), name.to_owned())).collect()
    }

    /// Returns everything that the archive holds.
    pub(in crate::source) fn all_files(self) -> RawBundle {
        let mut gathering = Gathering::default();
        for (path, content) in self.files {
            if !gathering.goes_on_at(&path) {
                break;
            }
            match content {
                Content::File { bytes, is_executable } => {
                    if gathering.admits(&path, bytes.len() as u64) {
                        gathering.add(path, FileContent::Bytes(bytes), is_executable);
                    }
                }
                Content::Link(target) => {
                    if gathering.admits(&path, 0) {
                        gathering.add(path, FileContent::Symlink(target), false);
                    }
                }
                Content::Unread(size_bytes, reason) => gathering.leave(&path, size_bytes, reason),
            }
        }
        gathering.finish()
    }

    /// Returns everything that lies in none of these folders, where that is anything at all.
    pub(in crate::source) fn outside_of(&self, folders: &[String]) -> Option<RawBundle> {
        let mut gathering = Gathering::default();
        let mut is_any = false;
        let lies_in = |path: &str, folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let outside = |path: &&String| !folders.iter().any(|folder| lies_in(path, folder));
        for path in self.files.keys().filter(outside) {
            is_any = true;
            if !gathering.goes_on_at(path) {
                break;
            }
            match &self.files[path] {
                Content::File { bytes, is_executable } if gathering.admits(path, bytes.len() as u64) => {
                    gathering.add(path.clone(), FileContent::Bytes(bytes.clone()), *is_executable);
                }
                Content::Link(target) if gathering.admits(path, 0) => {
                    gathering.add(path.clone(), FileContent::Symlink(target.clone()), false);
                }
                Content::File { .. } | Content::Link(_) => {}
                Content::Unread(size_bytes, reason) => gathering.leave(path, *size_bytes, reason.as_str()),
            }
        }
        is_any.then(|| gathering.finish())
    }

    /// Returns everything that the archive holds, as a package ships it.
    ///
    /// # Errors
    /// Fails where it holds what no package ships: a hard link, a device, or a link that leads
    /// out of it.
    pub(in crate::source) fn file_set(self) -> Result<FileSet, ArchiveError> {
        let mut set = FileSet::default();
        for (path, content) in self.files {
            check_kind(&path, &content)?;
            let (content, is_executable) = match content {
                Content::File { bytes, is_executable } => (FileContent::Bytes(bytes), is_executable),
                Content::Link(target) => (FileContent::Symlink(target), false),
                Content::Unread(size_bytes, reason) => {
                    let path = sanitise_line(&path, limits::NAME_BYTES);
                    set.unread.push(UnreadFile { path, size_bytes, reason });
                    continue;
                }
            };
            set.files.push(RawFile { path, content, is_executable });
        }
        Ok(set)
    }

    /// Returns everything at or below a folder that holds these instructions.
    ///
    /// # Errors
    /// Fails where the instructions are a link or could not be read.
    pub(in crate::source) fn bundle(&self, folder: &str, file_name: &str) -> Result<RawBundle, String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut gathering = Gathering::default();
        match self.files.get(&format!("{prefix}{file_name}")) {
            Some(Content::File { bytes, is_executable }) => {
                gathering.add(file_name.to_owned(), FileContent::Bytes(bytes.clone()), *is_executable);
            }
            Some(Content::Link(_)) => return Err("it is a symbolic link, which is not followed".to_owned()),
            Some(Content::Unread(_, reason)) => return Err(reason.clone()),
            None => return Err("the archive has no such file".to_owned()),
        }
        for (path, content) in self.files.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded)) {
            let Some(inner) = path.strip_prefix(&prefix) else { break };
            if inner == file_name || inner.split('/').any(|part| is_left_out(part.as_bytes())) {
                continue;
            }
            if !gathering.goes_on_at(inner) {
                break;
            }
            match content {
                Content::File { bytes, is_executable } if gathering.admits(inner, bytes.len() as u64) => {
                    gathering.add(inner.to_owned(), FileContent::Bytes(bytes.clone()), *is_executable);
                }
                Content::Link(target) if gathering.admits(inner, 0) => {
                    gathering.add(inner.to_owned(), FileContent::Symlink(target.clone()), false);
                }
                Content::File { .. } | Content::Link(_) => {}
                Content::Unread(size_bytes, reason) => gathering.leave(inner, *size_bytes, reason.as_str()),
            }
        }
        Ok(gathering.finish())
    }
}

fn check_kind(path: &str, content: &Content) -> Result<(), ArchiveError> {
    let refuse = |what: &str| Err(ArchiveError::refused(format!("its entry `{}` {what}", shown(path))));
    match content {
        Content::Unread(_, reason) if reason == HARD_LINK => refuse("is a hard link"),
        Content::Unread(_, reason) if reason == DEVICE => refuse("is a device, a pipe or of an unknown kind"),
        Content::Link(target) if leads_out(path, target) => refuse("is a link that leads out of the archive"),
        _ => Ok(()),
    }
}

/// Tells whether a link leads to an absolute place, or above the root of the archive on the way.
fn leads_out(path: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains(['\\', ':']) {
        return true;
    }
    let mut depth = path.split('/').count() as i64 - 1;
    target.split('/').any(|part| {
        depth += match part {
            ".." => -1,
            "" | "." => 0,
            _ => 1,
        };
        depth < 0
    })
}
