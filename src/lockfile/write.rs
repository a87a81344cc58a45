//! Writes `touchmark.lock`: under a lock, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::error::LockfileError;
use super::touchmark::{PinnedSkill, with_pin};
use super::{LockfileKind, disk, limits};

/// Why nothing was pinned. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file cannot be read, locked or written.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// What is there is not ours to change.
    #[error("`{path}` is not changed: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: LockfileError,
    },
}

/// Pins a skill in the `touchmark.lock` of a project. Whoever else writes meanwhile waits:
/// no entry is lost. Returns the name of the file, and whether it is another than before.
///
/// # Errors
/// Fails where the file is of another version, holds an entry that cannot be read or marks of
/// a git conflict, or cannot be written.
pub fn write_pin(project: &Path, pinned: &PinnedSkill) -> Result<(&'static str, bool), WriteError> {
    let name = LockfileKind::Touchmark.paths()[0];
    let path = project.join(name);
    let shown = || path.display().to_string();
    let failed = |source| WriteError::Io { path: shown(), source };
    // The folder is locked and not the file, which is another one after every write.
    let folder = File::open(project).map_err(failed)?;
    folder.lock().map_err(failed)?;
    let (existing, text) = updated(&path, pinned)?;
    if existing.as_deref() == Some(text.as_bytes()) {
        return Ok((name, false));
    }
    replace(project, &path, text.as_bytes()).map_err(failed)?;
    folder.sync_all().map_err(failed)?;
    // Closing the folder ends the lock.
    Ok((name, true))
}

/// Tells whether [`write_pin`] would go through, and writes nothing.
///
/// # Errors
/// Fails where [`write_pin`] would, but for what the system refuses when it writes.
pub fn check_pin(project: &Path, pinned: &PinnedSkill) -> Result<(), WriteError> {
    updated(&project.join(LockfileKind::Touchmark.paths()[0]), pinned).map(|_| ())
}

/// Reads the file, and returns it as it is and with the pin.
fn updated(path: &Path, pinned: &PinnedSkill) -> Result<(Option<Vec<u8>>, String), WriteError> {
    let shown = || path.display().to_string();
    let failed = |source| WriteError::Io { path: shown(), source };
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(failed(io::Error::other("it is a symbolic link; pin where it leads")));
    }
    let existing = disk::read(path, limits::FILE_BYTES).map_err(failed)?;
    let text = with_pin(existing.as_deref(), pinned).map_err(|source| WriteError::Invalid { path: shown(), source })?;
    Ok((existing, text))
}

/// Puts a complete file in the place of the one before.
fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".touchmark-");
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt;
        // As it was; else what the user's mask leaves of a file that is checked in.
        fs::metadata(path).map_or(fs::Permissions::from_mode(0o666), |metadata| metadata.permissions())
    };
    #[cfg(unix)]
    builder.permissions(mode);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
