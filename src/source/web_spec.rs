//! Sources that are asked over HTTP, as people write them.

use url::Url;

use super::SourceError;
use super::error::shown;
use super::web::Reach;

/// What a host is asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebProtocol {
    /// Agent Skills discovery, versions 0.2.0 and 0.1: `/.well-known/agent-skills/index.json`.
    WellKnown,
    /// The API of a ClawHub registry.
    ClawHub,
    /// The Model Context Protocol with its skills extension (SEP-2640).
    Mcp,
}

/// A host that offers skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSpec {
    protocol: WebProtocol,
    /// Without credentials, query and fragment; its path without slashes at its end.
    url: Url,
}

impl WebProtocol {
    /// All protocols.
    pub const ALL: [Self; 3] = [Self::WellKnown, Self::ClawHub, Self::Mcp];

    /// Returns what stands before the colon of a source.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::WellKnown => "well-known",
            Self::ClawHub => "clawhub",
            Self::Mcp => "mcp",
        }
    }

    /// Returns where in a path the protocol's own part begins, which people copy with the rest.
    fn own_path(self) -> Option<&'static str> {
        match self {
            Self::WellKnown => Some("/.well-known/"),
            Self::ClawHub => Some("/api/v1"),
            Self::Mcp => None,
        }
    }
}

impl WebSpec {
    /// Reads what stands behind the prefix of the protocol.
    ///
    /// # Errors
    /// Fails where it is no URL, holds credentials, a query or a fragment, or is neither
    /// `https://` to a public host nor this machine.
    pub(super) fn parse(protocol: WebProtocol, text: &str) -> Result<Self, SourceError> {
        // What stands before `@` may be a password.
        let shown_text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        let refuse = |reason: String| SourceError::not_a_source(shown_text, reason);
        let mut url = Url::parse(text).map_err(|error| refuse(error.to_string()))?;
        if url.password().is_some() {
            return Err(SourceError::PasswordInUrl { host: shown(url.host_str().unwrap_or_default()) });
        }
        Reach::of_source(&url).check(&url).map_err(|error| refuse(error.to_string()))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("its URL has a query or a fragment".to_owned()));
        }
        let path = url.path();
        let own = protocol.own_path().and_then(|own| path.find(own));
        let path = path[..own.unwrap_or(path.len())].trim_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { protocol, url })
    }

    /// Returns canonical text that [`parse`](super::SourceSpec::parse) reads back.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.protocol.prefix(), self.url.as_str().trim_end_matches('/'))
    }

    /// Returns what the host is asked in.
    pub fn protocol(&self) -> WebProtocol {
        self.protocol
    }

    /// Returns the URL of the host.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL of something below the source, from a path that needs no escapes.
    pub(super) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        url
    }

    /// Returns the host, with its port where it is not the usual one.
    pub(super) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Returns the path without slashes at its ends.
    pub(super) fn path(&self) -> &str {
        self.url.path().trim_matches('/')
    }
}
