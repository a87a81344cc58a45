//! Folders and files by descriptor: nothing is reached through a link, and nothing blocks.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};

/// How everything is opened: for reading, not through a link in the last place, and without
/// waiting for a writer where a FIFO took the place of a file.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// What stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Symlink,
    /// Anything else, by its usual name.
    Special(&'static str),
}

/// What the system knows of an entry, without its last access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status {
    pub kind: Kind,
    pub size_bytes: u64,
    pub is_executable: bool,
    /// Device and inode. Wide enough for the types of every system.
    identity: (i128, i128),
    /// Seconds and nanoseconds of the last change of the content, and of anything.
    changed: [(i128, i128); 2],
}

impl Status {
    /// Tells whether both are one and the same entry, whatever happened to it.
    pub fn is_same_entry(&self, other: &Self) -> bool {
        self.kind == other.kind && self.identity == other.identity
    }

    // The fields have other types on other systems.
    #[allow(clippy::unnecessary_cast)]
    fn of(stat: &Stat) -> Self {
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Symlink,
            FileType::Fifo => Kind::Special("FIFO"),
            FileType::Socket => Kind::Special("socket"),
            FileType::CharacterDevice | FileType::BlockDevice => Kind::Special("device"),
            FileType::Unknown => Kind::Special("thing of unknown kind"),
        };
        Self {
            kind,
            size_bytes: u64::try_from(stat.st_size as i128).unwrap_or(u64::MAX),
            is_executable: stat.st_mode & 0o111 != 0,
            identity: (stat.st_dev as i128, stat.st_ino as i128),
            changed: [
                (stat.st_mtime as i128, stat.st_mtime_nsec as i128),
                (stat.st_ctime as i128, stat.st_ctime_nsec as i128),
            ],
        }
    }
}

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder at a path, the last part of which is no link.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::openat(CWD, path, READ | OFlags::DIRECTORY, Mode::empty())?))
    }

    /// Opens a folder in this one.
    pub fn folder(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, READ | OFlags::DIRECTORY, Mode::empty())?))
    }

    /// Opens a file in this folder.
    pub fn file(&self, name: &str) -> io::Result<File> {
        Ok(fs::openat(&self.0, name, READ, Mode::empty())?.into())
    }

    /// Looks at this folder.
    pub fn status(&self) -> io::Result<Status> {
        Ok(Status::of(&fs::fstat(&self.0)?))
    }

    /// Looks at an entry without following it.
    pub fn status_of(&self, name: &str) -> io::Result<Status> {
        Ok(Status::of(&fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Lists the names in this folder in byte order; one more than `limit` at most.
    pub fn names(&self, limit: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(name.to_vec());
            }
            if names.len() > limit {
                break;
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Looks at what stands at a path, without following it.
pub(super) fn status_at(path: &Path) -> io::Result<Status> {
    Ok(Status::of(&fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?))
}

/// Looks at an open file.
pub(super) fn status_of_open(file: &File) -> io::Result<Status> {
    Ok(Status::of(&fs::fstat(file)?))
}

/// Writes a name of any bytes as text: as it is where it is UTF-8, else with escapes.
pub(super) fn shown_name(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => name.escape_ascii().to_string(),
    }
}

/// Writes a path of any bytes as text.
pub(super) fn shown_path(path: &Path) -> String {
    shown_name(OsStr::as_bytes(path.as_os_str()))
}
