//! Whom a quota belongs to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A client as quotas know it: an IPv4 address, or an IPv6 network of 64 bits, since that is
/// the least that one subscriber gets (RFC 6177) and whoever has one can choose among 2⁶⁴
/// addresses. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the same client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientAddress(Network);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Network {
    V4([u8; 4]),
    V6([u8; 8]),
}

impl ClientAddress {
    /// Everyone of whom no address is known: they share one quota.
    pub const UNKNOWN: Self = Self(Network::V4([0; 4]));

    /// Returns the bytes that the store keeps: four or eight.
    pub(super) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Network::V4(address) => address,
            Network::V6(network) => network,
        }
    }

    /// Reads what [`Self::as_bytes`] wrote.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let v4 = || bytes.try_into().ok().map(Network::V4);
        let v6 = || bytes.try_into().ok().map(Network::V6);
        v4().or_else(v6).map(Self)
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(Network::V4(address.octets())),
            IpAddr::V6(address) => {
                let mut network = [0; 8];
                network.copy_from_slice(&address.octets()[..8]);
                Self(Network::V6(network))
            }
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Network::V4(address) => Ipv4Addr::from(address).fmt(formatter),
            Network::V6(network) => {
                let mut address = [0; 16];
                address[..8].copy_from_slice(&network);
                write!(formatter, "{}/64", Ipv6Addr::from(address))
            }
        }
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_subscriber_are_one_client() {
        for (address, client) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
        ] {
            let parsed = ClientAddress::from(address.parse::<IpAddr>().expect("an address"));
            assert_eq!(parsed.to_string(), client);
            assert_eq!(ClientAddress::from_bytes(parsed.as_bytes()), Some(parsed));
        }
        assert_eq!(ClientAddress::from_bytes(&[1, 2, 3]), None);
    }
}
