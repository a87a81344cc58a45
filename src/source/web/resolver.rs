//! Resolves names, and hands over only addresses that may be connected to.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Reach, Trust};

/// Asks for the addresses of a name, and waits for them.
pub(super) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Asks the system.
pub(super) fn system_lookup() -> Lookup {
    Arc::new(|name: &str| Ok((name, 0_u16).to_socket_addrs()?.map(|address| address.ip()).collect()))
}

/// Returns a resolver that hands over addresses within this reach alone.
pub(in crate::source) fn addresses_within(reach: Reach) -> CheckedResolver {
    CheckedResolver { reach, trust: Trust::default(), lookup: system_lookup() }
}

/// A resolver between the HTTP client and the names: what it does not hand over cannot be
/// connected to.
pub(in crate::source) struct CheckedResolver {
    pub(super) reach: Reach,
    pub(super) trust: Trust,
    pub(super) lookup: Lookup,
}

/// A name of which no address may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("its name leads into a private network")]
pub(super) struct PrivateName;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, lookup) = (self.reach, Arc::clone(&self.lookup));
        let is_trusted = self.trust.names(name.as_str());
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let asked = name.clone();
            let found = tokio::task::spawn_blocking(move || lookup(&asked)).await??;
            let has_any = !found.is_empty();
            let admitted: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| is_trusted || reach.admits(&name, *address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if has_any && admitted.is_empty() {
                return Err(PrivateName.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
