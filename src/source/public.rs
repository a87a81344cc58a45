//! Sources that strangers name: only what everybody can reach.

use std::net::{IpAddr, ToSocketAddrs};

use url::{Host, Url};

use super::error::shown;
use super::web::{Reach, is_public};
use super::{GitLocation, SourceError, SourceSpec};

/// What a stranger may write before the URL of a source.
const PREFIXES: &[&str] =
    &["git:https://", "https://", "github:", "well-known:https://", "clawhub:https://", "mcp:https://"];

impl SourceSpec {
    /// Reads a source that a stranger names: nothing on this machine, and nothing that is not
    /// encrypted.
    ///
    /// # Errors
    /// Fails where it is something else, or leads to this machine or a private network as far
    /// as its text tells.
    pub fn parse_public(text: &str) -> Result<Self, SourceError> {
        if !PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            return Err(SourceError::not_a_source(
                text,
                "only https:// addresses and github:owner/repository are taken",
            ));
        }
        let spec = Self::parse(text)?;
        let url = spec.public_url(text)?;
        Reach::Public.check(&url).map_err(|error| SourceError::not_a_source(text, error.to_string()))?;
        Ok(spec)
    }

    /// Looks up where the source leads, and refuses it where any address is not a public one, so
    /// that whoever asks hears why. Addresses are checked again where they are connected to: by
    /// the web client, and by git where [`super::ReadBounds::guard`] says so.
    ///
    /// # Errors
    /// Fails where the name cannot be looked up, or leads into a private network.
    pub fn check_public(&self) -> Result<(), SourceError> {
        let url = self.public_url("the source")?;
        let refuse =
            |reason: &str| SourceError::Refused { source_name: shown(url.as_str()), reason: reason.to_owned() };
        let addresses: Vec<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => (name, 443)
                .to_socket_addrs()
                .map_err(|_| SourceError::Fetch { url: shown(url.as_str()), reason: "its name is unknown".to_owned() })?
                .map(|address| address.ip())
                .collect(),
            None => return Err(refuse("its URL has no host")),
        };
        if addresses.iter().all(|address| is_public(*address)) {
            return Ok(());
        }
        Err(refuse("it leads into a private network"))
    }

    fn public_url(&self, text: &str) -> Result<Url, SourceError> {
        let refuse = || SourceError::not_a_source(text, "it is on this machine");
        match self {
            Self::Git(spec) => match &spec.location {
                GitLocation::Remote(url) => {
                    Url::parse(url).map_err(|error| SourceError::not_a_source(text, error.to_string()))
                }
                GitLocation::OnDisk(_) => Err(refuse()),
            },
            Self::Web(spec) => Ok(spec.url().clone()),
            Self::Folder(_) | Self::Corpus(_) | Self::Archive(_) => Err(refuse()),
        }
    }
}
