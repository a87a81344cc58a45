//! Which hosts can be asked without encryption.

use url::Host;

/// Tells whether a host is this machine. Whoever asks it goes through no proxy.
pub fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Tells whether a host is this machine or one of a private network: by its address, by a name
/// without a dot, as containers have, or by one that is kept for that (RFC 6761, RFC 6762, and
/// `.internal`).
pub fn is_private_network(host: &Host<&str>) -> bool {
    is_this_machine(host)
        || match host {
            Host::Ipv4(address) => address.is_private() || address.is_link_local(),
            Host::Ipv6(address) => address.is_unique_local() || address.is_unicast_link_local(),
            Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
            }
        }
}
