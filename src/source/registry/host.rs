//! Which host speaks for a registry.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::package::PackageRegistry;

/// Where a registry is asked, as the operator named it: for PyPI its simple index, for npm its
/// root.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryHost {
    url: Url,
    authorization: Option<String>,
}

/// A text that is not the URL of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https URL of a registry")]
pub struct RegistryHostError;

impl RegistryHost {
    /// Reads a URL. User and password in it, as in `PIP_INDEX_URL`, are sent to this host and to
    /// no other one.
    ///
    /// # Errors
    /// Fails where it is no http or https URL. The message does not repeat it.
    pub fn parse(text: &str) -> Result<Self, RegistryHostError> {
        let mut url = Url::parse(text.trim()).map_err(|_| RegistryHostError)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(RegistryHostError);
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = decoded(url.username());
        let authorization = (!user.is_empty() || url.password().is_some()).then(|| {
            let password = decoded(url.password().unwrap_or_default());
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        });
        let is_cleared = url.set_username("").is_ok() && url.set_password(None).is_ok();
        if !is_cleared {
            return Err(RegistryHostError);
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url, authorization })
    }

    /// Sends a token (`Authorization: Bearer`) to this host and to no other one.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// Returns the URL, without credentials.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL of a place below.
    pub(super) fn below<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

impl fmt::Debug for RegistryHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authorization = self.authorization.as_ref().map(|_| "[redacted]");
        formatter
            .debug_struct("RegistryHost")
            .field("url", &self.url.as_str())
            .field("authorization", &authorization)
            .finish()
    }
}

/// The hosts of the registries; a registry without one is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryHosts {
    /// The simple index of PyPI.
    pub pypi: Option<RegistryHost>,
    /// The root of npm's registry.
    pub npm: Option<RegistryHost>,
}

impl RegistryHosts {
    /// Returns the host of a registry.
    pub fn of(&self, registry: PackageRegistry) -> Option<&RegistryHost> {
        match registry {
            PackageRegistry::Pypi => self.pypi.as_ref(),
            PackageRegistry::Npm => self.npm.as_ref(),
        }
    }
}
