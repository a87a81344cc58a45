//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not public: the IANA special-purpose registry, multicast and what is
/// reserved, and one public address that clouds answer inside of every machine.
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Blocks of 2000::/3 that are not public: protocol assignments with Teredo, documentation, and
/// 6to4, which leads to any address of IPv4.
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The middle of an address that carries one of IPv4 for a tunnel within a site (ISATAP, RFC 5214,
/// section 6.1): bits 32 to 63 from the right, without the bit that says "universal".
const ISATAP: u32 = 0x0000_5efe;

/// Tells whether an address is one of the public internet. Of IPv6 only 2000::/3 is (IANA global
/// unicast): addresses that carry one of IPv4 (mapped, NAT64, ISATAP), local and multicast ones are
/// not. A network that translates addresses under a prefix of its own cannot be told from outside.
pub(in crate::source) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|(block, length)| {
            let shift = 32 - length;
            address.to_bits() >> shift == block.to_bits() >> shift
        }),
        IpAddr::V6(address) => {
            let carries_v4 = (address.to_bits() >> 32) as u32 & 0xfdff_ffff == ISATAP;
            address.to_bits() >> 125 == 1
                && !carries_v4
                && !NOT_PUBLIC_V6.iter().any(|(block, length)| {
                    let shift = 128 - length;
                    address.to_bits() >> shift == block.to_bits() >> shift
                })
        }
    }
}
