//! The client for registries of packages, as it is configured.

use super::AppError;
use crate::config::{RegistriesConfig, RegistryConfig};
use crate::source::{PackageBounds, PackageClient, RegistryHost, RegistryHosts};

/// Makes a client for the registries that are configured; nothing is asked yet.
///
/// # Errors
/// Fails where the configuration cannot be used.
pub fn package_client(config: &RegistriesConfig) -> Result<PackageClient, AppError> {
    let host = |registry: &Option<RegistryConfig>, name: &'static str| -> Result<Option<RegistryHost>, AppError> {
        let Some(registry) = registry else { return Ok(None) };
        let host = RegistryHost::parse(registry.url.expose()).map_err(|_| AppError::Registry(name))?;
        Ok(Some(match &registry.token {
            Some(token) => host.with_token(token.expose()),
            None => host,
        }))
    };
    let file = |url: &String| RegistryHost::parse(url).map_err(|_| AppError::Registry("files of packages"));
    let hosts = RegistryHosts {
        pypi: host(&config.pypi, "PyPI")?,
        npm: host(&config.npm, "npm")?,
        files: config.files.iter().map(file).collect::<Result<_, _>>()?,
    };
    Ok(PackageClient::new(hosts, PackageBounds::USUAL))
}
