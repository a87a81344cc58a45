//! Whose word on the address of a client counts.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::Settings;

/// Proxies before the service, and the header in which they say for whom they ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    /// `TOUCHMARK_TRUSTED_PROXIES`: addresses and networks, separated by commas.
    networks: Vec<IpNet>,
    /// `TOUCHMARK_CLIENT_HEADER`, by default `x-forwarded-for`.
    pub header: ForwardingHeader,
}

/// The one header that is believed. Proxies pass on what they do not set themselves, so that a
/// second one would be the client's own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardingHeader {
    /// `X-Forwarded-For`: addresses, each added by who received from it.
    XForwardedFor,
    /// `Forwarded` of RFC 7239.
    Forwarded,
    /// `X-Real-IP`: one address.
    XRealIp,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProxiesError {
    /// A network is not one.
    #[error(
        "TOUCHMARK_TRUSTED_PROXIES holds {value:?}, expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32"
    )]
    Network {
        /// The value.
        value: String,
    },
    /// A network holds every address, so that every client could choose its own.
    #[error(
        "TOUCHMARK_TRUSTED_PROXIES holds {value:?}, which would let every client choose its address; name the proxies"
    )]
    Everyone {
        /// The value.
        value: String,
    },
    /// There is no such header.
    #[error("TOUCHMARK_CLIENT_HEADER is {value:?}, expected x-forwarded-for, forwarded or x-real-ip")]
    Header {
        /// The value.
        value: String,
    },
}

impl TrustedProxies {
    /// Trusts nobody: the address of a client is the one that it connects from.
    pub fn none() -> Self {
        Self { networks: Vec::new(), header: ForwardingHeader::XForwardedFor }
    }

    /// Reads what the service is told.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(settings: &Settings) -> Result<Self, ProxiesError> {
        let variable = |name: &str| settings.get(name).unwrap_or_default();
        Self::parse(&variable("TOUCHMARK_TRUSTED_PROXIES"), &variable("TOUCHMARK_CLIENT_HEADER"))
    }

    /// Reads a list of networks and the name of a header.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn parse(networks: &str, header: &str) -> Result<Self, ProxiesError> {
        let networks = networks.split(',').map(str::trim).filter(|item| !item.is_empty()).map(parse_network);
        let header = match header.trim().to_ascii_lowercase().as_str() {
            "" | "x-forwarded-for" => ForwardingHeader::XForwardedFor,
            "forwarded" => ForwardingHeader::Forwarded,
            "x-real-ip" => ForwardingHeader::XRealIp,
            _ => return Err(ProxiesError::Header { value: header.to_owned() }),
        };
        Ok(Self { networks: networks.collect::<Result<_, _>>()?, header })
    }

    /// Tells whether what comes from an address is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

fn parse_network(value: &str) -> Result<IpNet, ProxiesError> {
    let failure = || ProxiesError::Network { value: value.to_owned() };
    let network = match value.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => canonical(value.parse().map_err(|_| failure())?).ok_or_else(failure)?,
    };
    if network.prefix_len() == 0 {
        return Err(ProxiesError::Everyone { value: value.to_owned() });
    }
    Ok(network)
}

/// A network of IPv4 addresses that is written as IPv6 is one of IPv4: so are addresses when
/// they are compared.
fn canonical(network: IpNet) -> Option<IpNet> {
    match (network, network.addr().to_canonical()) {
        (IpNet::V6(wide), IpAddr::V4(address)) => {
            let length = wide.prefix_len().checked_sub(96)?;
            Ipv4Net::new(address, length).ok().map(IpNet::V4)
        }
        _ => Some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_and_networks() {
        for (networks, address, is_trusted) in [
            ("", "127.0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            (" 10.0.0.0/8 , 2001:db8::/32,", "10.255.0.1", true),
            ("10.0.0.0/8,2001:db8::/32", "2001:db8:ffff::1", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::10.0.0.1", false),
        ] {
            let proxies = TrustedProxies::parse(networks, "").expect("a list");
            assert_eq!(proxies.trusts(address.parse().expect("an address")), is_trusted, "{networks} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        for value in
            ["proxy.example", "10.0.0.0/33", "10.0.0", "0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.0/8;::1"]
        {
            let error = TrustedProxies::parse(value, "").expect_err(value).to_string();
            assert!(error.starts_with("TOUCHMARK_TRUSTED_PROXIES holds"), "{error}");
        }
        let error = TrustedProxies::parse("", "x-client-ip").expect_err("no such header").to_string();
        assert!(error.starts_with("TOUCHMARK_CLIENT_HEADER is"), "{error}");
    }
}
