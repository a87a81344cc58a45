//! Where a request may go.

use std::net::IpAddr;

use url::{Host, Url};

use super::WebError;
use super::address::is_public;

/// Endings of names that are never those of public hosts (RFC 6761, RFC 6762, RFC 8375, and
/// `.internal`).
const LOCAL_ENDINGS: &[&str] = &[".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp"];

/// Ports from 1024 on at which other protocols than those of the web listen, which a request
/// could be made to talk to (the blocked ports of the Fetch standard).
const FOREIGN_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Where the requests for one source, or to one callback, may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `https://` to public addresses.
    Public,
    /// That, and this machine, with or without encryption: somebody named it himself.
    ThisMachine,
}

impl Reach {
    /// Returns how far requests for a source at this URL may go.
    pub(in crate::source) fn of_source(url: &Url) -> Self {
        if is_this_machine(url) { Self::ThisMachine } else { Self::Public }
    }

    /// Checks a URL before anything is sent. The addresses of a name are checked where it is
    /// resolved.
    ///
    /// # Errors
    /// Fails where the URL holds credentials, is not encrypted, or leads to this machine or a
    /// private network.
    pub(in crate::source) fn check(self, url: &Url) -> Result<(), WebError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebError::Refused("its URL holds a user or a password".to_owned()));
        }
        let is_local = is_this_machine(url);
        if is_local && self == Self::ThisMachine && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(WebError::Refused("its URL is not https://".to_owned()));
        }
        if !is_web_port(url.port_or_known_default()) {
            return Err(WebError::Refused("its URL names a port that is none of the web".to_owned()));
        }
        let is_private = match url.host() {
            Some(Host::Domain(name)) => is_local_name(name),
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            None => return Err(WebError::Refused("its URL has no host".to_owned())),
        };
        if is_private {
            return Err(WebError::Refused("its URL leads into a private network".to_owned()));
        }
        Ok(())
    }

    /// Tells whether an address that `name` was resolved to may be connected to.
    pub(super) fn admits(self, name: &str, address: IpAddr) -> bool {
        if is_loopback_name(name) { self == Self::ThisMachine && address.is_loopback() } else { is_public(address) }
    }
}

/// Tells whether servers of the web listen at a port: the one of `https://`, and those that need
/// no privilege and belong to nothing else.
fn is_web_port(port: Option<u16>) -> bool {
    port.is_some_and(|port| port == 443 || (port >= 1_024 && !FOREIGN_PORTS.contains(&port)))
}

/// Tells whether a URL leads to this machine, by its address or a name that is kept for that.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_loopback_name(name),
        None => false,
    }
}

fn is_loopback_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.') || LOCAL_ENDINGS.iter().any(|ending| name.ends_with(ending))
}
