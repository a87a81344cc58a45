//! The data folder on this machine.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::arguments::{DEFAULT_LISTEN, Global};
use super::failure::Failure;
use crate::app;
use crate::config::{GithubConfig, HttpConfig, SearchConfig, Settings, StorageConfig};
use crate::operations::Services;

/// Opens the data folder, for a command that needs no address of its own.
pub(super) async fn open(global: &Global) -> Result<Services, Failure> {
    open_for(global, HttpConfig::read(DEFAULT_LISTEN, &Settings::environment())?.public_url).await
}

/// Opens the data folder for a service that is reached under `public_url`.
pub(super) async fn open_for(global: &Global, public_url: String) -> Result<Services, Failure> {
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let search = SearchConfig::read(global.embedder.as_deref(), &storage.data_folder);
    Ok(app::open_with(&storage, &search, public_url).await?)
}

/// Opens the data folder for a service that follows an origin.
pub(super) async fn open_to_follow(global: &Global, public_url: String) -> Result<Services, Failure> {
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let search = SearchConfig::read(global.embedder.as_deref(), &storage.data_folder);
    Ok(app::open_to_follow(&storage, &search, public_url).await?)
}

/// Opens a copy of the data folder, which is thrown away with the folder that is returned.
pub(super) async fn open_copy(global: &Global) -> Result<(TempDir, Services), Failure> {
    let storage = StorageConfig::locate(global.data_dir.as_deref())?;
    Ok(app::open_copy(&storage, HttpConfig::read(DEFAULT_LISTEN, &Settings::environment())?.public_url).await?)
}

/// Lets services ask GitHub, as a configuration file and the environment say.
pub(super) fn with_github(services: Services, config: Option<&Path>) -> Result<Services, Failure> {
    Ok(app::with_github(services, &GithubConfig::read(&Settings::read(config)?)?)?)
}

/// Returns the folder in which running crawls are known to each other.
pub(super) fn worker_folder(global: &Global) -> Result<PathBuf, Failure> {
    Ok(StorageConfig::read(global.data_dir.as_deref())?.data_folder.join("crawl"))
}
