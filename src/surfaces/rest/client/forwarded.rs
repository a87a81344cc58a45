//! The headers in which proxies say for whom they ask, read from the nearest hop outwards.
//!
//! Only the nearest hops were written by somebody who is trusted; the rest of a header may be
//! anything. So each value is taken apart from its end, and nothing that stands further to the
//! left can change how an element is read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// What a proxy says of whoever it received from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    /// Its address.
    Address(IpAddr),
    /// That it is unknown or hidden, or nothing that can be read.
    Unknown,
}

/// Reads `X-Forwarded-For`, all of its lines, the nearest hop first.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    elements(headers, &X_FORWARDED_FOR, b',').map(node)
}

/// Reads the `for` parameters of `Forwarded` (RFC 7239), the nearest hop first. An element
/// without one says nothing of its hop.
pub(super) fn forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    elements(headers, &FORWARDED, b',').map(|element| {
        let pairs = FromEnd { rest: element, separator: b';' };
        let mut named = pairs.filter_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let (name, value) = (pair.get(..equals)?, pair.get(equals + 1..)?);
            name.trim_ascii().eq_ignore_ascii_case(b"for").then_some(value)
        });
        match (named.next(), named.next()) {
            (Some(value), None) => node(unquoted(value)),
            // A parameter must not be given twice (RFC 7239, 4).
            _ => Hop::Unknown,
        }
    })
}

/// Reads `X-Real-IP`: the last line, which is the one that the nearest proxy wrote.
pub(super) fn real_ip(headers: &HeaderMap) -> Option<Hop> {
    headers.get_all(X_REAL_IP).iter().next_back().map(|value| node(value.as_bytes()))
}

/// Lists the elements of all lines from the last to the first. Empty ones say nothing and are
/// passed over (RFC 9110, 5.6.1).
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName, separator: u8) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let lines = headers.get_all(name).iter().rev();
    lines
        .flat_map(move |line| FromEnd { rest: line.as_bytes(), separator })
        .filter(|element| !element.trim_ascii().is_empty())
}

/// Splits at a separator outside of quoted strings, from the end to the beginning.
struct FromEnd<'a> {
    rest: &'a [u8],
    separator: u8,
}

impl<'a> Iterator for FromEnd<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut is_quoted = false;
        for place in (0..self.rest.len()).rev() {
            match self.rest[place] {
                b'"' if is_quoted && is_escaped(self.rest, place) => {}
                b'"' => is_quoted = !is_quoted,
                byte if byte == self.separator && !is_quoted => {
                    let element = &self.rest[place + 1..];
                    self.rest = &self.rest[..place];
                    return Some(element);
                }
                _ => {}
            }
        }
        Some(std::mem::take(&mut self.rest))
    }
}

/// Tells whether an odd number of backslashes stands before a place.
fn is_escaped(bytes: &[u8], place: usize) -> bool {
    bytes[..place].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Takes the quotes off a value. Escapes stay: no address needs one.
fn unquoted(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// Reads an address with or without brackets, zone and port.
fn node(text: &[u8]) -> Hop {
    let address = std::str::from_utf8(text.trim_ascii()).ok().and_then(read_node);
    address.map_or(Hop::Unknown, |address| Hop::Address(address.to_canonical()))
}

fn read_node(text: &str) -> Option<IpAddr> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return read_v6(address).filter(|_| is_port);
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    match text.split_once(':') {
        Some((address, port)) if !port.contains(':') && is_port(port) => {
            address.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
        }
        _ => read_v6(text),
    }
}

/// Reads an IPv6 address; the zone that may follow it means nothing here.
fn read_v6(text: &str) -> Option<IpAddr> {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// A port, or the name of a hidden one (RFC 7239, 6.3).
fn is_port(text: &str) -> bool {
    let is_hidden = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match text.strip_prefix('_') {
        Some(name) => is_hidden(name),
        None => !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
