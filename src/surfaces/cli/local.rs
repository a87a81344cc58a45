//! The data folder on this machine.

use super::arguments::{DEFAULT_LISTEN, Global};
use super::failure::Failure;
use crate::app;
use crate::config::{HttpConfig, SearchConfig, Settings, StorageConfig};
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
