//! Opening the file.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::super::StoreError;
use super::SqliteStore;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections that read at once.
const READERS: u32 = 4;

/// What a database has to outlast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlasts {
    /// A kill at any moment.
    Kills,
    /// Nothing: it is filled once, in one go, and thrown away where that does not come to its
    /// end. Whoever keeps it writes it to the disk, and opens it again.
    Nothing,
}

pub(super) async fn open(path: &Path, outlasts: Outlasts) -> Result<SqliteStore, StoreError> {
    let failure = |source| StoreError::Open { path: path.to_owned(), source };
    // In write-ahead mode, `normal` loses nothing that was acknowledged when the process is
    // killed; only a power cut may lose the last transactions, which the next run repeats.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(200)
        .pragma("cache_size", "-16000");
    let options = match outlasts {
        Outlasts::Kills => options,
        // Without a journal, each page is written once; what rows refer to is checked by whoever
        // fills it.
        Outlasts::Nothing => options
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false)
            .pragma("cache_size", "-96000")
            .pragma("temp_store", "memory"),
    };
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(failure)?;
    sqlx::migrate!("src/store/sqlite/migrations").run(&writer).await.map_err(|source| match source {
        MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
        source => StoreError::Migrate { path: path.to_owned(), source },
    })?;
    super::canonical::complete_rows(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options.read_only(true).create_if_missing(false))
        .await
        .map_err(failure)?;
    Ok(SqliteStore { readers, writer })
}

pub(super) async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    if !from.exists() {
        return Ok(());
    }
    let failure = |source| StoreError::Open { path: from.to_owned(), source };
    let options =
        SqliteConnectOptions::new().filename(from).read_only(true).create_if_missing(false).busy_timeout(BUSY_TIMEOUT);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(failure)?;
    let target = to.to_str().ok_or_else(|| StoreError::corrupt("path", to.display()))?;
    sqlx::query("VACUUM INTO ?").bind(target).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
