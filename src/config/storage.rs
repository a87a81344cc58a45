//! Where data is kept.

use std::path::{Path, PathBuf};

/// Where data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageConfig {
    /// The data folder: `--data-dir`, or `TOUCHMARK_DATA_DIR`, or `touchmark` in
    /// `XDG_DATA_HOME`, or `~/.local/share/touchmark`.
    pub data_folder: PathBuf,
}

/// Why no data folder can be told.
#[derive(Debug, thiserror::Error)]
pub enum StorageConfigError {
    /// Neither the option nor a variable names one.
    #[error("cannot tell where to keep data: neither --data-dir nor TOUCHMARK_DATA_DIR, XDG_DATA_HOME or HOME is set")]
    NoFolder,
    /// The folder cannot be made.
    #[error("cannot create the data folder {path}: {source}; choose another with --data-dir")]
    Create {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl StorageConfig {
    /// Reads the option and the environment, and makes the folder.
    ///
    /// # Errors
    /// Fails where no folder is named or it cannot be made.
    pub fn read(option: Option<&Path>) -> Result<Self, StorageConfigError> {
        let data_folder = locate(option).ok_or(StorageConfigError::NoFolder)?;
        std::fs::create_dir_all(&data_folder)
            .map_err(|source| StorageConfigError::Create { path: data_folder.clone(), source })?;
        Ok(Self { data_folder })
    }

    /// Reads the option and the environment, and makes nothing.
    ///
    /// # Errors
    /// Fails where no folder is named.
    pub fn locate(option: Option<&Path>) -> Result<Self, StorageConfigError> {
        Ok(Self { data_folder: locate(option).ok_or(StorageConfigError::NoFolder)? })
    }

    /// Tells whether something was stored already, and makes nothing: a command that can do
    /// without an index must not leave one behind. What cannot be looked at is there; whoever
    /// opens it learns why not.
    pub fn is_there(option: Option<&Path>) -> bool {
        let is_absent = |error: std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
        locate(option).is_some_and(|data_folder| {
            let database = Self { data_folder }.database();
            std::fs::metadata(database).map_or_else(|error| !is_absent(error), |_| true)
        })
    }

    /// Returns the database file.
    pub fn database(&self) -> PathBuf {
        self.data_folder.join("touchmark.db")
    }

    /// Returns the folder of the search index.
    pub fn index_folder(&self) -> PathBuf {
        self.data_folder.join("index")
    }
}

fn locate(option: Option<&Path>) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    option
        .map(Path::to_owned)
        .or_else(|| variable("TOUCHMARK_DATA_DIR"))
        .or_else(|| variable("XDG_DATA_HOME").map(|folder| folder.join("touchmark")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".local/share/touchmark")))
}
