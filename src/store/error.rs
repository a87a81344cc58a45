//! What can go wrong with a store.

use std::path::PathBuf;

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database file cannot be opened or created.
    #[error(
        "cannot open the database {path}: {source}; check that the folder can be written to, or choose another with --data-dir"
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("cannot bring the database {path} up to date: {source}")]
    Migrate {
        /// The database file.
        path: PathBuf,
        /// What the migration said.
        source: sqlx::migrate::MigrateError,
    },
    /// A later version of the program has written it.
    #[error(
        "the database {path} was written by a later version of this program (schema {version}); \
         use that version, or another data folder"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version of its schema.
        version: i64,
    },
    /// A statement failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A row holds something that this version did not write.
    #[error("the database holds an unreadable {what}: {detail}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl StoreError {
    /// Notes a row that cannot be read.
    pub(super) fn corrupt(what: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Corrupt { what, detail: detail.to_string() }
    }
}
