//! Puts the index of a snapshot into a data folder, so that a kill leaves the old or the new.
//!
//! An index that is followed changes in one transaction of its store. Where another takes the
//! place of what is there, its database is made aside and renamed: first the full-text index
//! goes, which is made anew from whichever database is there, then the database comes.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::config::StorageConfig;
use crate::operations::known_publishers;
use crate::operations::{ImportReport, IncomingSnapshot, MoveError, import_snapshot};
use crate::skill::Timestamp;
use crate::store::{Declined, FollowedIndex, IndexStanding, SqliteStore, Store, StoreError, Transfer, TransferError};

/// The folders in which a database is made begin with this.
const ASIDE: &str = "incoming-";

/// Why an index was not put into a data folder.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The snapshot is refused.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// The store that is there cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another import is at work.
    #[error("another import is at work in the data folder; wait for its end")]
    Busy,
    /// Somebody has the database open.
    #[error("another process uses the data folder; stop it first, then import again")]
    InUse,
    /// A folder cannot be changed.
    #[error("cannot put the index into the data folder: {0}")]
    Folder(#[from] io::Error),
}

/// Tells which index is in the data folder; none where nothing was ever stored there.
///
/// # Errors
/// Fails where the database cannot be opened.
pub async fn standing(storage: &StorageConfig) -> Result<Option<IndexStanding>, ImportError> {
    if !storage.database().exists() {
        return Ok(None);
    }
    let store = SqliteStore::open(&storage.database()).await?;
    let standing = store.index_standing().await?;
    store.close().await;
    Ok(Some(standing))
}

/// Returns the state of the index that the data folder follows.
///
/// # Errors
/// Fails where the database cannot be opened.
pub async fn followed(storage: &StorageConfig) -> Result<Option<FollowedIndex>, ImportError> {
    Ok(standing(storage).await?.and_then(|standing| standing.followed))
}

/// Puts a snapshot into the data folder: into an empty one, into one that follows the same
/// index, or, with `replaces`, in the place of whatever is there.
///
/// # Errors
/// Fails where the snapshot is refused or the folder holds something else; it is then as it was.
pub async fn import(
    storage: &StorageConfig,
    snapshot: IncomingSnapshot,
    replaces: bool,
    declined: Declined,
    now: Timestamp,
) -> Result<ImportReport, ImportError> {
    let lock = File::create(storage.data_folder.join("import.lock"))?;
    lock.try_lock().map_err(|_| ImportError::Busy)?;
    remove_leftovers(&storage.data_folder)?;
    let standing = standing(storage).await?;
    let followed = standing.as_ref().and_then(|standing| standing.followed);
    let is_same = followed.is_some_and(|followed| followed.identity == *snapshot.manifest().index.as_bytes());
    if is_same && !replaces {
        let store = SqliteStore::open(&storage.database()).await?;
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        let report = import_snapshot(&shared, snapshot, declined, now).await;
        drop(shared);
        store.close().await;
        return Ok(report?);
    }
    if !replaces && standing.is_some_and(|standing| !standing.is_empty) {
        return Err(MoveError::from(TransferError::OtherIndex).into());
    }
    let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(&storage.data_folder)?;
    let database = aside.path().join("touchmark.db");
    // Known before the first skill is there, publishers change no number of it later.
    let store = SqliteStore::open_to_fill(&database, &known_publishers()).await?;
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let report = import_snapshot(&shared, snapshot, declined, now).await;
    drop(shared);
    store.close().await;
    let report = report?;
    put_in_place(storage, aside.path(), &database)?;
    Ok(report)
}

/// Lets a database take its place. A write-ahead log beside either is not over: it would be
/// taken for that of the other.
fn put_in_place(storage: &StorageConfig, aside: &Path, database: &Path) -> Result<(), ImportError> {
    let place = storage.database();
    let has_log = |database: &Path| {
        let beside = |end: &str| database.with_extension(format!("db-{end}")).exists();
        beside("wal") || beside("shm")
    };
    if has_log(&place) || has_log(database) {
        return Err(ImportError::InUse);
    }
    File::open(database)?.sync_all()?;
    let lexical = storage.index_folder().join("lexical");
    if lexical.exists() {
        fs::rename(&lexical, aside.join("lexical"))?;
    }
    fs::rename(database, &place)?;
    File::open(&storage.data_folder)?.sync_all()?;
    Ok(())
}

/// Removes what killed imports have left. The caller holds the lock, so nobody is at it.
fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(ASIDE) && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
