use std::collections::BTreeSet;

use super::finder::SizeRange;
use super::limit::{Limit, LimitHeaders};
use super::link::Pages;
use super::{Finder, GithubAddress, RepositoryName, limit};
use crate::skill::{RepositoryKey, SourceIdentity, Timestamp};

#[test]
fn names_are_those_that_can_stand_in_a_path() {
    let rows = [
        ("Org/Repo.name_1", Some("Org/Repo.name_1")),
        ("user_corp/repo", Some("user_corp/repo")),
        ("a/b.git", Some("a/b")),
        ("a", None),
        ("a/", None),
        ("/b", None),
        ("a/b/c", None),
        ("a/..", None),
        ("../b", None),
        ("a/.", None),
        ("a b/c", None),
        ("a/b#c", None),
        ("a/b?c", None),
        ("a/b\u{202e}", None),
        ("a/%2e%2e", None),
    ];
    for (text, expected) in rows {
        assert_eq!(RepositoryName::parse(text).map(|name| name.to_string()).as_deref(), expected, "{text}");
    }
    assert_eq!(RepositoryName::parse(&format!("a/{}", "b".repeat(101))), None);
    let key = RepositoryKey::of(&SourceIdentity::new("github.com", "Org", "Repo", "skills/a")).expect("a repository");
    assert_eq!(RepositoryName::of_key(&key).map(|name| name.to_string()).as_deref(), Some("org/repo"));
}

#[test]
fn what_finds_sources_is_read_back_and_told_from_a_source() {
    let rows = [
        ("github:Anthropics", Some(Ok("github:anthropics"))),
        ("github:a?page=2", Some(Ok("github:a?page=2"))),
        ("github:a?page=1", Some(Ok("github:a"))),
        ("github-search", Some(Ok("github-search"))),
        ("github-search?size=0..393216", Some(Ok("github-search"))),
        ("github-search?size=10..20&page=3", Some(Ok("github-search?size=10..20&page=3"))),
        ("github:a/b", None),
        ("github:a/b#main", None),
        ("github:a#main", None),
        ("https://github.com/a", None),
        ("github-searching", None),
        ("github:", Some(Err(()))),
        ("github:a b", Some(Err(()))),
        ("github:a?page=0", Some(Err(()))),
        ("github:a?size=1..2", Some(Err(()))),
        ("github:..", Some(Err(()))),
        ("github-search?size=20..10", Some(Err(()))),
        ("github-search?size=0..999999999", Some(Err(()))),
        ("github-search?page=x", Some(Err(()))),
    ];
    for (text, expected) in rows {
        let read = Finder::parse(text).map(|read| read.map(|finder| finder.key()).map_err(|_| ()));
        assert_eq!(read, expected.map(|read| read.map(str::to_owned)), "{text}");
    }
}

#[test]
fn a_range_that_is_split_loses_no_size_and_ends() {
    let mut open = vec![SizeRange::ALL];
    let mut sizes = BTreeSet::new();
    while let Some(range) = open.pop() {
        match range.split().filter(|_| range.least < 40) {
            Some(parts) => {
                assert_eq!((parts[0].least, parts[1].most), (range.least, range.most));
                assert_eq!(parts[0].most + 1, parts[1].least);
                assert!(parts.iter().all(|part| part.least <= part.most));
                open.extend(parts);
            }
            None => assert!(sizes.insert(range.least)),
        }
    }
    assert!((0..40).all(|size| sizes.contains(&size)));
}

#[test]
fn pages_are_numbers_and_never_addresses() {
    let link =
        |page: &str, relation: &str| format!("<https://api.github.com/x?per_page=1&page={page}>; rel=\"{relation}\"");
    let rows = [
        (format!("{}, {}", link("2", "next"), link("34", "last")), (Some(2), Some(34))),
        (format!("{}, {}", link("1", "prev"), link("1", "first")), (None, None)),
        ("<https://elsewhere.example/?page=9>; rel=next".to_owned(), (Some(9), None)),
        (link("0", "next"), (None, None)),
        (link("-1", "next"), (None, None)),
        (link("99999999999", "last"), (None, None)),
        ("<nothing>; rel=\"next\"".to_owned(), (None, None)),
        ("page=2; rel=\"next\"".to_owned(), (None, None)),
        (String::new(), (None, None)),
    ];
    for (header, (next, last)) in rows {
        assert_eq!(Pages::parse(&header), Pages { next, last }, "{header}");
    }
}

#[test]
fn a_limit_is_told_from_another_refusal() {
    let now = Timestamp::from_milliseconds(1_000_000);
    let later = |seconds: i64| Timestamp::from_milliseconds(1_000_000 + seconds * 1_000);
    let headers = |remaining, reset, retry_after| LimitHeaders { remaining, reset, retry_after };
    let secondary = |seconds, reason: &str| Limit::Secondary { until: later(seconds), reason: reason.to_owned() };
    let rows = [
        (200, headers(Some(9), Some(1_100), None), "", Limit::Free),
        (200, headers(Some(0), Some(1_100), None), "", Limit::Last { until: later(100) }),
        (404, headers(Some(0), Some(1_100), None), "", Limit::Free),
        (500, headers(None, None, Some(9)), "", Limit::Free),
        (403, headers(Some(0), Some(1_100), None), "", Limit::Primary { until: later(100) }),
        (403, headers(Some(9), Some(1_100), None), "Not accessible", Limit::Free),
        (403, headers(Some(9), None, Some(7)), "Slow", secondary(7, "Slow")),
        (403, headers(None, None, None), "Abuse detected\u{1b}", secondary(240, "Abuse detected\\u{1b}")),
        (429, headers(Some(0), None, None), "", secondary(240, "")),
        (403, headers(Some(0), Some(i64::MAX), None), "", Limit::Primary { until: later(3_600) }),
        (403, headers(Some(0), Some(i64::MIN), None), "", Limit::Primary { until: later(1) }),
    ];
    for (status, headers, message, expected) in rows {
        let read = limit::read(status, headers, message, 2, now);
        assert_eq!(read, expected, "{status} {headers:?}");
    }
}

#[test]
fn a_repository_is_named_by_where_it_is_cloned_from() {
    let usual = GithubAddress::new("https://api.github.com", "https://github.com/").expect("addresses");
    let own = GithubAddress::new("https://g.example/api/v3/", "https://g.example").expect("addresses");
    let rows = [
        (&usual, "https://github.com/Org/Repo", Some("Org/Repo")),
        (&usual, "https://GitHub.com/org/repo.git", Some("org/repo")),
        (&usual, "https://github.com.evil.example/org/repo", None),
        (&usual, "https://gitlab.com/org/repo", None),
        (&usual, "https://github.com/org", None),
        (&own, "https://g.example/org/repo", Some("org/repo")),
        (&own, "https://github.com/org/repo", None),
    ];
    for (address, url, expected) in rows {
        assert_eq!(address.repository_at(url).map(|name| name.to_string()).as_deref(), expected, "{url}");
    }
    let rows = [
        (&usual, "github:o/r", Some("git:https://github.com/o/r")),
        (&own, "github:o/r#main:skills", Some("git:https://g.example/o/r#main:skills")),
        (&own, "github:o", None),
        (&own, "https://github.com/o/r", None),
    ];
    for (address, text, expected) in rows {
        assert_eq!(address.resolve(text).as_deref(), expected, "{text}");
    }
    let name = RepositoryName::parse("Org/Repo").expect("a name");
    assert_eq!(usual.key_of(&name).expect("a key").as_str(), "github.com/org/repo");
    assert_eq!(own.key_of(&name).expect("a key").as_str(), "g.example/Org/Repo");
}

#[test]
fn the_token_is_for_the_api_and_nothing_beside_it() {
    let address = GithubAddress::new("https://g.example/api/v3", "https://g.example").expect("addresses");
    let rows = [
        ("https://g.example/api/v3/repositories/1", true),
        ("https://g.example:443/api/v3/x", true),
        ("http://g.example/api/v3/x", false),
        ("https://g.example:444/api/v3/x", false),
        ("https://g.example/api/v30/x", false),
        ("https://g.example/x", false),
        ("https://g.example/api/v3/../../x", false),
        ("https://u@g.example/api/v3/x", false),
        ("https://api.github.com/api/v3/x", false),
    ];
    for (url, expected) in rows {
        assert_eq!(address.is_of_api(&url.parse().expect("a URL")), expected, "{url}");
    }
    for api in [
        "",
        "g.example",
        "ftp://g.example",
        "https://u:secret@g.example",
        "https://g.example/?a",
        "https://g.example/#a",
    ] {
        let error = GithubAddress::new(api, "https://g.example").expect_err(api).to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    for clones in ["", "g.example", "ssh://g.example", "https://u:secret@g.example", "file:///not/there"] {
        let error = GithubAddress::new("https://g.example", clones).expect_err(clones).to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
