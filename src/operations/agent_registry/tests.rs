//! Filters, counts and tokens as rows.

use serde_json::{Value, json};

use super::entry::values;
use super::explore::{FacetRequest, count};
use super::filter::Filter;
use super::page_token;

fn entry() -> Value {
    json!({
        "identifier": "urn:air:github.com:owner:repo:1", "displayName": "PDF", "type": "application/agent-skills+gzip",
        "updatedAt": "2026-04-01T00:00:00.000Z", "metadata": { "verdict": "safe", "stars": 3, "license": null },
        "trustManifest": { "attestations": [{ "type": "agent-threat-scan" }, { "type": "other" }] },
    })
}

#[test]
fn values_are_read_through_lists() {
    let rows: [(&str, &[&str]); 5] = [
        ("trustManifest.attestations.type", &["agent-threat-scan", "other"]),
        ("publisher", &["github.com"]),
        ("metadata.stars", &["3"]),
        ("metadata.license", &[]),
        ("displayName", &["PDF"]),
    ];
    for (path, expected) in rows {
        assert_eq!(values(&entry(), path), expected, "{path}");
    }
}

#[test]
fn an_object_filters_with_or_within_a_field_and_and_across() {
    let rows = [
        (json!({}), Some(true)),
        (json!({ "type": "application/agent-skills+gzip" }), Some(true)),
        (json!({ "type": ["x", "application/agent-skills+gzip"] }), Some(true)),
        (json!({ "type": ["application/mcp-server-card+json"] }), Some(false)),
        (json!({ "publisher": ["GitHub.com"], "metadata.verdict": "caution" }), Some(false)),
        (json!({ "trustManifest.attestations.type": ["agent-threat-scan"] }), Some(true)),
        (json!({ "metadata.stars": 3 }), Some(true)),
        (json!({ "type": [] }), Some(false)),
        (json!({ "secret": "x" }), None),
        (json!({ "type": {} }), None),
        (json!({ "type": [null] }), None),
    ];
    for (filter, expected) in rows {
        let read = Filter::of_object(filter.as_object().expect("an object"));
        assert_eq!(read.ok().map(|filter| filter.holds(&entry())), expected, "{filter}");
    }
}

#[test]
fn an_expression_is_read_or_refused() {
    let rows = [
        ("", Some(true)),
        ("type = 'application/agent-skills+gzip'", Some(true)),
        ("type != \"application/agent-skills+gzip\"", Some(false)),
        ("displayName='pdf' AND updatedAt > '2026-01-01'", Some(true)),
        ("createdAfter > '2026-05-01'", Some(false)),
        ("updatedAfter = '2026-01-01' AND metadata.verdict = 'safe'", Some(true)),
        ("updatedAt < '2026-01-01'", Some(false)),
        ("publisherId = 'github.com'", Some(true)),
        ("type", None),
        ("type =", None),
        ("type = MCP", None),
        ("type = 'x", None),
        ("type = 'x' OR type = 'y'", None),
        ("type = 'x' AND ", None),
        ("type > 'x'", None),
        ("unknown = 'x'", None),
        ("= 'x'", None),
        ("type = 'é'", Some(false)),
        ("é = 'x'", None),
    ];
    for (expression, expected) in rows {
        let read = Filter::of_expression(expression);
        assert_eq!(read.ok().map(|filter| filter.holds(&entry())), expected, "{expression}");
    }
}

#[test]
fn counts_add_up_whatever_is_cut() {
    let words = ["b", "a", "b", "c", "a", "b"].map(str::to_owned);
    let facet = |limit, min_count| FacetRequest { field: "type".to_owned(), limit, min_count };
    let rows = [
        (facet(None, None), vec![("b", 3), ("a", 2), ("c", 1)], 0),
        (facet(Some(1), None), vec![("b", 3)], 3),
        (facet(None, Some(2)), vec![("b", 3), ("a", 2)], 1),
        (facet(Some(0), None), vec![], 6),
    ];
    for (facet, expected, other_count) in rows {
        let result = count(words.iter().cloned(), &facet);
        let buckets: Vec<(&str, u32)> =
            result.buckets.iter().map(|bucket| (bucket.value.as_str(), bucket.count)).collect();
        assert_eq!((buckets, result.other_count), (expected, other_count), "{facet:?}");
    }
}

#[test]
fn a_token_is_good_for_its_request_alone() {
    let token = page_token::write("one", "github.com/o/r//é");
    assert_eq!(page_token::read("one", &token).ok().as_deref(), Some("github.com/o/r//é"));
    for (asked, token) in [("two", token.as_str()), ("one", ""), ("one", "!!"), ("one", "YQ"), ("one", &token[1..])] {
        assert!(page_token::read(asked, token).is_err(), "{asked} {token}");
    }
}
