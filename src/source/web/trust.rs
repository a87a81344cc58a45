//! What the operator named, and may be reached wherever it is.

use std::sync::Arc;

use url::Url;

use super::WebError;

/// Places that the operator named: scheme, host and port of each. What is reached through a
/// redirect, or named by an answer, is one of them or is held to what strangers may name.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Trust(Arc<[Url]>);

impl Trust {
    /// Trusts the places at which these URLs stand.
    pub(in crate::source) fn of(urls: impl IntoIterator<Item = Url>) -> Self {
        Self(urls.into_iter().collect())
    }

    /// Tells whether a URL stands at one of the places.
    ///
    /// # Errors
    /// Refuses another port of a host that is trusted: its name would lead there although the
    /// operator did not name what answers there. Refuses credentials in a URL.
    pub(super) fn covers(&self, url: &Url) -> Result<bool, WebError> {
        let Some(host) = url.host_str().filter(|host| self.names(host)) else { return Ok(false) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebError::Refused("its URL holds a user or a password".to_owned()));
        }
        if self.0.iter().any(|trusted| trusted.origin() == url.origin()) {
            return Ok(true);
        }
        // Where the same host is encrypted on its usual port, nothing is lost.
        if url.scheme() == "https" && url.port().is_none() && self.0.iter().any(|trusted| is_upgrade(trusted, host)) {
            return Ok(true);
        }
        Err(WebError::Refused("its URL leads to another port of a host that was configured".to_owned()))
    }

    /// Tells whether a host is one of them, on whatever port.
    pub(super) fn names(&self, host: &str) -> bool {
        self.0.iter().any(|trusted| trusted.host_str().is_some_and(|name| name.eq_ignore_ascii_case(host)))
    }
}

fn is_upgrade(trusted: &Url, host: &str) -> bool {
    trusted.host_str() == Some(host) && trusted.scheme() == "http" && trusted.port().is_none()
}
