//! How running crawls on one machine know of each other.
//!
//! Each holds a lock on a file with its name. The system frees the lock when the process ends,
//! however it ends, so that another one sees at once which leases nobody works on. Where the
//! file is not there, as on another machine, the lease ends by its time. Beside the file stands
//! a folder for what is fetched, so that it is cleared away as well.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A running crawl.
#[derive(Debug)]
pub(super) struct Worker {
    id: String,
    path: PathBuf,
    scratch: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Worker {
    /// Makes itself known in `folder`.
    pub fn start(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let id = Uuid::new_v4().to_string();
        // It gets its name once it is locked, so that nobody sweeps away who just starts.
        let unlocked = folder.join(format!("{id}.new"));
        let file = OpenOptions::new().write(true).create_new(true).open(&unlocked)?;
        file.lock()?;
        let scratch = folder.join(&id);
        fs::create_dir(&scratch)?;
        let path = lock_path(folder, &id);
        fs::rename(unlocked, &path)?;
        Ok(Self { id, path, scratch, _file: file })
    }

    /// Returns its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns its folder for what is fetched.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Ends in order: it holds no lease, and nobody needs to look for it.
    pub fn end(self) {
        let _ = fs::remove_dir_all(&self.scratch);
        // A file that stays is looked at and removed by the next one.
        let _ = fs::remove_file(&self.path);
    }
}

/// Tells whether the worker of this name ran on this machine and has ended.
pub(super) fn is_gone(folder: &Path, id: &str) -> bool {
    // The name comes from the database, and becomes part of a path.
    let Ok(id) = Uuid::parse_str(id) else { return false };
    let Ok(file) = OpenOptions::new().write(true).open(lock_path(folder, &id.to_string())) else { return false };
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_)))
}

/// Removes the files of workers that have ended, and what they had fetched. Those of `holding`,
/// who ended just now with leases, are left for the next time.
pub(super) fn sweep(folder: &Path, holding: &[String]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "lock")
            && !holding.iter().any(|holder| holder == id)
            && is_gone(folder, id)
        {
            let _ = fs::remove_dir_all(folder.join(id));
            let _ = fs::remove_file(path);
        }
    }
}

fn lock_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_gone_when_its_lock_is_free_and_never_because_its_file_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let worker = Worker::start(folder.path()).expect("it starts");
        let id = worker.id().to_owned();
        assert!(!is_gone(folder.path(), &id));
        fs::write(worker.scratch().join("fetched"), "x").expect("something is fetched");
        sweep(folder.path(), &[]);
        assert!(worker.scratch().join("fetched").exists() && !is_gone(folder.path(), &id));
        // As when its process was killed: the lock is freed, the file stays.
        drop(worker);
        assert!(is_gone(folder.path(), &id));
        sweep(folder.path(), std::slice::from_ref(&id));
        assert!(is_gone(folder.path(), &id), "its leases are not taken back yet");
        sweep(folder.path(), &[]);
        assert!(!is_gone(folder.path(), &id), "it may run on another machine");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 0, "nothing is left of it");
        for name in ["../../etc/passwd", "", "x"] {
            assert!(!is_gone(folder.path(), name), "{name}");
        }
    }
}
