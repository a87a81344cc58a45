//! Folders by descriptor: what is opened, made, renamed and removed is named by an open folder
//! and one name in it, and no link is followed.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// How folders are opened.
const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
/// How files are made: they are new, and no link.
const NEW_FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Absent,
    Folder,
    Link,
    Other,
}

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens a folder by its path, the last part of which is no link.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder in this one.
    pub fn folder(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, FOLDER, Mode::empty())?))
    }

    /// Makes a folder that is not there yet. Only its owner gets into a private one.
    pub fn make(&self, name: &str, is_private: bool) -> io::Result<Self> {
        let mode = if is_private { 0o700 } else { 0o777 };
        fs::mkdirat(&self.0, name, Mode::from_raw_mode(mode))?;
        self.folder(name)
    }

    /// Looks at an entry.
    pub fn kind_of(&self, name: &str) -> io::Result<Kind> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => Kind::Folder,
                FileType::Symlink => Kind::Link,
                _ => Kind::Other,
            }),
            Err(Errno::NOENT) => Ok(Kind::Absent),
            Err(error) => Err(error.into()),
        }
    }

    /// Lists the names that are UTF-8; no other is equal to a name of ours.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            if let Ok(name) = entry?.file_name().to_str()
                && name != "."
                && name != ".."
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Writes a file that is not there yet.
    pub fn write(&self, name: &str, bytes: &[u8], is_executable: bool) -> io::Result<()> {
        let mode = if is_executable { 0o777 } else { 0o666 };
        let mut file: File = fs::openat(&self.0, name, NEW_FILE, Mode::from_raw_mode(mode))?.into();
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Renames to a name that is not there.
    pub fn rename_new(&self, name: &str, to: &Self, new_name: &str) -> io::Result<()> {
        match fs::renameat_with(&self.0, name, &to.0, new_name, RenameFlags::NOREPLACE) {
            // Some file systems cannot. There a folder takes the place of nothing, or of an
            // empty folder: a file, a link and a folder that holds something stay.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(fs::renameat(&self.0, name, &to.0, new_name)?),
            result => Ok(result?),
        }
    }

    /// Lets two entries change places in one step.
    pub fn exchange(&self, name: &str, with: &Self, other: &str) -> io::Result<()> {
        Ok(fs::renameat_with(&self.0, name, &with.0, other, RenameFlags::EXCHANGE)?)
    }

    /// Removes an entry and everything below it; nothing is no failure.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            // A folder: Linux says the first, other systems the second.
            Err(Errno::ISDIR | Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
        let folder = self.folder(name)?;
        for entry in Dir::read_from(&folder.0)? {
            let entry = entry?;
            let inner = entry.file_name();
            if matches!(inner.to_bytes(), b"." | b"..") {
                continue;
            }
            match inner.to_str() {
                Ok(inner) => folder.remove(inner)?,
                // Nothing of ours has such a name; an edited folder may.
                Err(_) => fs::unlinkat(&folder.0, inner, AtFlags::empty())?,
            }
        }
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Waits until nobody else installs into this folder.
    pub fn lock(&self) -> io::Result<()> {
        Ok(fs::flock(&self.0, fs::FlockOperation::LockExclusive)?)
    }

    /// Lets the next one in.
    pub fn unlock(&self) -> io::Result<()> {
        Ok(fs::flock(&self.0, fs::FlockOperation::Unlock)?)
    }

    /// Writes what was renamed in this folder to the disk.
    pub fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }
}
