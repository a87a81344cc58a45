//! No header gains a quota: each row says for whom a request counts.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::address::client_address;
use crate::config::TrustedProxies;
use crate::operations::ClientAddress;

/// The proxies of every row; the nearest connects from 10.0.0.1.
const PROXIES: &str = "10.0.0.0/8, 2001:db8:feed::/48";
const XFF: &str = "x-forwarded-for";

fn client(peer: &str, believed: &str, lines: &[(&str, &[u8])]) -> ClientAddress {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_bytes(value).expect("a value"));
    }
    let proxies = TrustedProxies::parse(PROXIES, believed).expect("networks");
    client_address(peer.parse().expect("an address"), &headers, &proxies)
}

fn address(text: &str) -> ClientAddress {
    text.parse::<IpAddr>().expect("an address").into()
}

#[track_caller]
fn check(peer: &str, believed: &str, lines: &[(&str, &str)], expected: &str) {
    let lines: Vec<(&str, &[u8])> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    assert_eq!(client(peer, believed, &lines), address(expected), "{peer} {lines:?}");
}

#[test]
fn a_peer_that_is_no_proxy_speaks_for_itself_whatever_it_writes() {
    for forged in [
        (XFF, "192.0.2.1"),
        (XFF, "10.0.0.1"),
        (XFF, "127.0.0.1"),
        (XFF, "192.0.2.1, 10.0.0.1"),
        ("x-real-ip", "192.0.2.1"),
        ("forwarded", "for=192.0.2.1"),
        ("client-ip", "192.0.2.1"),
        ("true-client-ip", "192.0.2.1"),
        ("cf-connecting-ip", "192.0.2.1"),
        ("x-client-ip", "192.0.2.1"),
        ("x-forwarded", "for=192.0.2.1"),
        ("via", "1.1 10.0.0.1"),
    ] {
        for believed in [XFF, "forwarded", "x-real-ip"] {
            check("203.0.113.9", believed, &[forged], "203.0.113.9");
            check("::ffff:203.0.113.9", believed, &[forged], "203.0.113.9");
        }
    }
}

/// The proxy appends the address that it sees, 203.0.113.9, to what the client forged.
#[test]
fn what_a_client_forges_before_its_address_gains_nothing() {
    for forged in [
        "192.0.2.1",
        "192.0.2.1, 198.51.100.1",
        "10.0.0.7",
        "10.0.0.7, 10.0.0.8",
        "127.0.0.1",
        "::1",
        "unknown",
        "_hidden",
        "",
        ",",
        ",,,,",
        " , ",
        "\t",
        "\"",
        "\"192.0.2.1",
        "\"192.0.2.1, \"",
        "a\\",
        "192.0.2.1\\\"",
        "[",
        "[::1",
        "[::1]:",
        "]",
        "192.0.2.1:80",
        "192.0.2.256",
        "0xC0000201",
        "3221225985",
        "192.0.2",
        "192.000.002.001",
        "localhost",
        "proxy.example",
        "2001:db8::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "2001:db8:feed::1",
        "for=192.0.2.1",
        "192.0.2.1;for=10.0.0.1",
        "192.0.2.1 198.51.100.1",
        "null",
        "-",
        "%00",
        "../../etc/passwd",
        "' or 1=1 --",
        "<script>",
        "0.0.0.0",
        "255.255.255.255",
        "10.0.0.1, 192.0.2.1, 10.0.0.1",
    ] {
        // In one line, and in a line of its own before the proxy's.
        check("10.0.0.1", XFF, &[(XFF, &format!("{forged}, 203.0.113.9"))], "203.0.113.9");
        check("10.0.0.1", XFF, &[(XFF, &format!("{forged},203.0.113.9:4711"))], "203.0.113.9");
        check("10.0.0.1", XFF, &[(XFF, forged), (XFF, "203.0.113.9")], "203.0.113.9");
        // Through two proxies.
        check("10.0.0.1", XFF, &[(XFF, &format!("{forged}, 203.0.113.9, 10.0.0.2"))], "203.0.113.9");
        check("10.0.0.1", XFF, &[(XFF, &format!("{forged}, 203.0.113.9")), (XFF, "10.0.0.2")], "203.0.113.9");
        let element = format!("for={forged}, for=203.0.113.9;proto=https");
        check("10.0.0.1", "forwarded", &[("forwarded", &element)], "203.0.113.9");
        check("10.0.0.1", "forwarded", &[("forwarded", forged), ("forwarded", "for=203.0.113.9")], "203.0.113.9");
        let quoted = format!("{forged}, for=\"203.0.113.9:4711\";host=\"a, for=192.0.2.1\", for=10.0.0.2");
        check("10.0.0.1", "forwarded", &[("forwarded", &quoted)], "203.0.113.9");
        check("10.0.0.1", "x-real-ip", &[("x-real-ip", forged), ("x-real-ip", "203.0.113.9")], "203.0.113.9");
    }
}

#[test]
fn headers_that_are_not_configured_are_not_read() {
    let all = [(XFF, "192.0.2.1"), ("forwarded", "for=192.0.2.2"), ("x-real-ip", "192.0.2.3")];
    check("10.0.0.1", XFF, &all, "192.0.2.1");
    check("10.0.0.1", "forwarded", &all, "192.0.2.2");
    check("10.0.0.1", "x-real-ip", &all, "192.0.2.3");
    check("10.0.0.1", XFF, &all[1..], "10.0.0.1");
    check("10.0.0.1", "forwarded", &all[..1], "10.0.0.1");
    check("10.0.0.1", "x-real-ip", &all[..2], "10.0.0.1");
}

#[test]
fn addresses_are_read_in_every_form_that_proxies_write() {
    for (value, expected) in [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:80", "203.0.113.9"),
        ("203.0.113.9:_proxy", "203.0.113.9"),
        ("2001:db8:1:2::3", "2001:db8:1:2::"),
        ("[2001:db8:1:2::3]", "2001:db8:1:2::"),
        ("[2001:db8:1:2::3]:4711", "2001:db8:1:2::"),
        ("2001:DB8:1:2:ffff::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("[fe80::1%25eth0]:80", "fe80::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        // All the way through trusted hops, the furthest of them asks.
        ("10.0.0.9, 2001:db8:feed::5, 10.0.0.2", "10.0.0.9"),
        ("203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"),
        ("203.0.113.9,,  ,10.0.0.2, ", "203.0.113.9"),
    ] {
        check("10.0.0.1", XFF, &[(XFF, value)], expected);
        check("::ffff:10.0.0.1", XFF, &[(XFF, value)], expected);
        check("2001:db8:feed::1", XFF, &[(XFF, value)], expected);
    }
    for (value, expected) in [
        ("for=203.0.113.9", "203.0.113.9"),
        ("For=\"203.0.113.9:80\";by=10.0.0.1;proto=http", "203.0.113.9"),
        ("proto=http;FOR=\"[2001:db8:1:2::3]:4711\"", "2001:db8:1:2::"),
        ("for=203.0.113.9;host=\"x\\\", for=192.0.2.1, y=\\\"\"", "203.0.113.9"),
        ("for=203.0.113.9;host=\"a;for=192.0.2.1\"", "203.0.113.9"),
        ("for=192.0.2.1, for=203.0.113.9;by=_here, for=10.0.0.2", "203.0.113.9"),
    ] {
        check("10.0.0.1", "forwarded", &[("forwarded", value)], expected);
    }
}

/// A proxy that hides its client answers for it: the row ends at the last hop that is known.
#[test]
fn what_is_hidden_or_unreadable_counts_for_the_proxy_that_wrote_it() {
    for hidden in
        ["unknown", "_hidden", "_SEVKISEK", "garbage", "203.0.113.9:", "203.0.113.9:999999", "[203.0.113.9]", "::g"]
    {
        check("10.0.0.1", XFF, &[(XFF, &format!("192.0.2.1, {hidden}"))], "10.0.0.1");
        check("10.0.0.1", XFF, &[(XFF, &format!("192.0.2.1, {hidden}, 10.0.0.2"))], "10.0.0.2");
        let element = format!("for=192.0.2.1, for=\"{hidden}\"");
        check("10.0.0.1", "forwarded", &[("forwarded", &element)], "10.0.0.1");
        check("10.0.0.1", "x-real-ip", &[("x-real-ip", hidden)], "10.0.0.1");
    }
    for element in
        ["proto=http", "for", "for=", "for=192.0.2.1;for=192.0.2.2", "host=\"for=192.0.2.1\"", "xfor=192.0.2.1"]
    {
        check("10.0.0.1", "forwarded", &[("forwarded", element)], "10.0.0.1");
    }
    check("10.0.0.1", "x-real-ip", &[("x-real-ip", "192.0.2.1, 192.0.2.2")], "10.0.0.1");
    check("10.0.0.1", XFF, &[], "10.0.0.1");
    let not_text: [(&str, &[u8]); 1] = [(XFF, b"192.0.2.1, \xff\xfe")];
    assert_eq!(client("10.0.0.1", XFF, &not_text), address("10.0.0.1"));
}

#[test]
fn a_long_header_is_read_from_its_end() {
    let forged = "192.0.2.1, ".repeat(20_000);
    check("10.0.0.1", XFF, &[(XFF, &format!("{forged}203.0.113.9"))], "203.0.113.9");
    check("10.0.0.1", "forwarded", &[("forwarded", &format!("{forged}for=203.0.113.9"))], "203.0.113.9");
}

proptest! {
    /// Whatever a client writes, the hop that the proxy appends is the one that counts.
    #[test]
    fn nothing_before_the_appended_hop_matters(forged in "[ -~\\t]{0,60}") {
        for (believed, appended) in [(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9"), ("forwarded", "for=\"203.0.113.9:80\"")] {
            let value = format!("{forged}, {appended}");
            prop_assert_eq!(client("10.0.0.1", believed, &[(believed, value.as_bytes())]), address("203.0.113.9"));
        }
    }
}
