//! Where requests do not go: nobody hears of them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use reqwest::dns::Resolve;
use url::Url;

use super::address::is_public;
use super::hostile::{HOSTILE, NAMES};
use super::resolver::{CheckedResolver, Lookup};
use super::{Limits, Reach, Trust, WebClient, WebError, WebRequest};
use crate::source::tests::station::{Reply, Station};

const LIMITS: Limits = Limits { body_bytes: 1_000, time: Duration::from_secs(20) };

fn names(answers: &'static [(&'static str, &'static [&'static str])]) -> Lookup {
    Arc::new(|name: &str| {
        let found = answers.iter().find(|row| row.0 == name).map(|row| row.1).unwrap_or_default();
        Ok(found.iter().map(|address| address.parse().expect("an address")).collect())
    })
}

fn send(client: &WebClient, url: &str) -> Result<super::Answer, WebError> {
    let url = Url::parse(url).map_err(|error| WebError::Refused(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(client.send(WebRequest::get(url, "*/*"), LIMITS))
}

#[test]
fn hostile_urls_reach_nobody() {
    let canary = Station::start(|_| Reply::ok("text/plain", "heard"));
    let client = WebClient::with_lookup(Reach::Public, names(NAMES)).expect("a client");
    assert!(HOSTILE.len() >= 200, "{}", HOSTILE.len());
    let distinct: std::collections::HashSet<&&str> = HOSTILE.iter().collect();
    assert_eq!(distinct.len(), HOSTILE.len(), "a row that stands twice tests nothing");
    for url in HOSTILE {
        let url = url.replace("PORT", &canary.port().to_string());
        let error = send(&client, &url).expect_err(&url);
        let is_refused = matches!(error, WebError::Refused(_));
        // To a URL, a backslash is a slash: the host is the one before it.
        assert!(is_refused || url.contains("nowhere.example") || url.contains("host.example\\"), "{url}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    assert_eq!(canary.requests().len(), 0);
}

#[test]
fn redirects_to_hostile_urls_reach_nobody() {
    let canary = Station::start(|_| Reply::ok("text/plain", "heard"));
    let next = Arc::new(Mutex::new(String::new()));
    let location = Arc::clone(&next);
    let station = Station::start(move |_| Reply::redirect(302, &location.lock().expect("a URL")));
    let client = WebClient::with_lookup(Reach::ThisMachine, names(NAMES)).expect("a client");
    // The source is this machine itself, which whoever named it may mean; the rest stays closed.
    let leads_here = |url: &str| {
        Url::parse(url).is_ok_and(|url| Reach::ThisMachine.check(&url).is_ok() && Reach::Public.check(&url).is_err())
    };
    let mut count = 0;
    for url in HOSTILE.iter().filter(|url| url.contains("://") && url.is_ascii()) {
        let url = url.replace("PORT", &canary.port().to_string());
        if leads_here(&url) {
            continue;
        }
        next.lock().expect("a URL").clone_from(&url);
        let answer = send(&client, &station.url("/"));
        assert!(answer.is_err(), "{url}: {answer:?}");
        count += 1;
    }
    assert!(count >= 50, "{count}");
    assert_eq!(canary.requests().len(), 0);
}

#[test]
fn a_public_source_leads_to_no_loopback_name_even_where_its_resolver_says_so() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // A name that changes its mind: public for whoever checks, private for whoever connects.
    let lookup: Lookup = Arc::new(move |_: &str| -> io::Result<Vec<IpAddr>> {
        let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(vec![if is_first { "93.184.216.34" } else { "127.0.0.1" }.parse().expect("an address")])
    });
    let resolver = CheckedResolver { reach: Reach::Public, trust: Trust::default(), lookup };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let resolve = || {
        let found = runtime.block_on(resolver.resolve("rebind.example".parse().expect("a name")));
        found.map(|addresses| addresses.map(|address| address.ip().to_string()).collect::<Vec<_>>())
    };
    assert_eq!(resolve().expect("the first answer is public"), ["93.184.216.34"]);
    assert_eq!(resolve().expect_err("the second is not").to_string(), "its name leads into a private network");
    assert_eq!(asked.load(Ordering::Relaxed), 2, "what is checked is what is connected to");
}

#[test]
fn of_several_addresses_only_public_ones_are_tried() {
    let rows: &[(Reach, &str, &[&str], &[&str])] = &[
        (Reach::Public, "a.example", &["10.0.0.1", "93.184.216.34", "::1"], &["93.184.216.34"]),
        (Reach::Public, "a.example", &["64:ff9b::5db8:d822", "2606:2800:220:1::1"], &["2606:2800:220:1::1"]),
        (Reach::ThisMachine, "a.example", &["127.0.0.1", "93.184.216.34"], &["93.184.216.34"]),
        (Reach::ThisMachine, "localhost", &["127.0.0.1", "93.184.216.34", "::1"], &["127.0.0.1", "::1"]),
    ];
    for (reach, name, found, expected) in rows {
        let admitted: Vec<&str> =
            found.iter().copied().filter(|text| reach.admits(name, text.parse().expect("an address"))).collect();
        assert_eq!(admitted, *expected, "{name}");
    }
}

#[test]
fn public_addresses_are_public() {
    for text in ["1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"] {
        assert!(is_public(text.parse().expect("an address")), "{text}");
    }
}

#[test]
fn answers_are_bounded_in_redirects_bytes_and_form() {
    let station = Station::start(|request| match request.path.as_str() {
        "/loop" => Reply::redirect(302, "/loop"),
        "/once" => Reply::redirect(307, "/here"),
        "/nowhere" => Reply::redirect(302, "http://["),
        "/long" => Reply::ok("text/plain", "x".repeat(2_000)),
        "/endless" => Reply::Endless,
        "/cut" => Reply::Cut(Box::new(Reply::ok("text/plain", "x".repeat(500)))),
        "/silence" => Reply::Hangup,
        "/missing" => Reply::status(404),
        _ => Reply::ok("text/plain", request.header("user-agent").unwrap_or_default()),
    });
    let client = WebClient::new(Reach::ThisMachine).expect("a client");
    let rows = [
        ("/loop", Err(WebError::Refused("the host sends the request on more than 5 times".to_owned()))),
        ("/nowhere", Err(WebError::Unreachable("the host sends the request on to no URL".to_owned()))),
        ("/long", Err(WebError::TooLarge(1_000))),
        ("/endless", Err(WebError::TooLarge(1_000))),
        ("/missing", Ok(404)),
        ("/once", Ok(200)),
        ("/here", Ok(200)),
    ];
    for (path, expected) in rows {
        assert_eq!(send(&client, &station.url(path)).map(|answer| answer.status), expected, "{path}");
    }
    for path in ["/cut", "/silence"] {
        let error = send(&client, &station.url(path)).expect_err(path);
        assert!(matches!(error, WebError::Unreachable(_)) && error.is_passing(), "{path}: {error}");
    }
    let sent = station.requests();
    assert!(sent.iter().all(|request| request.header("cookie").is_none() && request.header("authorization").is_none()));
    assert!(sent.iter().all(|request| request.header("referer").is_none()), "{sent:?}");
}

#[test]
fn a_host_that_says_nothing_is_left_after_the_time() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    let client = WebClient::new(Reach::ThisMachine).expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
    let request = WebRequest::get(Url::parse(&url).expect("a URL"), "*/*");
    assert_eq!(runtime.block_on(client.send(request, limits)).map(|answer| answer.status), Err(WebError::TooSlow(0)));
}

proptest! {
    #[test]
    fn what_carries_an_address_of_ipv4_is_never_public(bits in any::<u32>()) {
        let address = Ipv4Addr::from_bits(bits);
        for text in [format!("::ffff:{address}"), format!("64:ff9b::{address}"), format!("::{address}")] {
            prop_assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
    }
}
