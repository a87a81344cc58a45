//! Agentic Resource Discovery: the manifest, the registry, and the attestations of our scans.
//!
//! The rules are those of `ai-catalog.schema.json` and `ard.openapi.yaml` at v0.91, and of the
//! specification's tester, which is in no package registry.

use serde_json::{Value, json};
use touchmark::config::MeterConfig;
use touchmark::skill::Sha256Digest;

use crate::service::{Service, URL, row, skill};

/// Media types that the tester knows.
const TYPES: [&str; 6] = [
    "application/ai-catalog+json",
    "application/mcp-server-card+json",
    "application/agent-skills+zip",
    "application/agent-skills+gzip",
    "text/markdown; profile=\"urn:air:agent-skills\"",
    "application/ai-registry+json",
];
const ENTRY_KEYS: [&str; 13] = [
    "identifier",
    "displayName",
    "type",
    "url",
    "data",
    "description",
    "tags",
    "capabilities",
    "representativeQueries",
    "version",
    "updatedAt",
    "metadata",
    "trustManifest",
];

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Fails where an entry breaks a rule of the schema.
fn assert_entry(entry: &Value) {
    let identifier = entry["identifier"].as_str().expect("an identifier");
    let segments: Vec<&str> = identifier.split(':').collect();
    assert!(segments.len() >= 4 && segments[..2] == ["urn", "air"], "{identifier}");
    let is_kept = |punctuation: &'static str| {
        move |character: char| character.is_ascii_alphanumeric() || punctuation.contains(character)
    };
    assert!(!segments[2].is_empty() && segments[2].chars().all(is_kept(".-")), "{identifier}");
    assert!(segments[3..].iter().all(|part| !part.is_empty() && part.chars().all(is_kept("._-"))), "{identifier}");
    assert!(entry["displayName"].as_str().is_some_and(|name| !name.is_empty()), "{entry}");
    assert!(TYPES.iter().any(|kind| entry["type"] == *kind), "{}", entry["type"]);
    assert!(entry["url"].is_string() != entry["data"].is_object(), "exactly one of url and data: {entry}");
    if let Some(queries) = entry.get("representativeQueries") {
        assert!((2..=5).contains(&queries.as_array().expect("a list").len()), "{queries}");
    }
    for (name, value) in entry["metadata"].as_object().into_iter().flatten() {
        assert!(!value.is_object() && !value.is_array(), "metadata.{name} is not scalar");
    }
    if let Some(trust) = entry.get("trustManifest") {
        assert!(trust["identity"].is_string(), "{trust}");
        assert!(["spiffe", "did", "https", "other"].iter().any(|kind| trust["identityType"] == *kind), "{trust}");
        for attestation in trust["attestations"].as_array().expect("a list") {
            assert!(keys(attestation).iter().all(|key| ["type", "uri", "mediaType", "digest"].contains(key)));
            assert!(["type", "uri", "mediaType"].iter().all(|key| attestation[*key].is_string()), "{attestation}");
        }
    }
}

async fn service() -> Service {
    let rows = [
        row("Org/one", "zebra-tables/SKILL.md", &skill("zebra-tables", "Draws zebra striped tables.")),
        row("other/two", "zebra-lists/SKILL.md", &skill("zebra-lists", "Draws zebra striped lists.")),
    ];
    Service::start(&rows).await
}

#[tokio::test]
async fn the_manifest_fits_its_schema_and_leads_to_what_is_there() {
    let service = service().await;
    for path in ["/.well-known/ard.json", "/.well-known/ai-catalog.json"] {
        let answer = service.get(path).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
        let manifest = answer.json();
        assert_eq!(keys(&manifest), ["specVersion", "host", "entries"]);
        assert_eq!(manifest["specVersion"], "1.0");
        for entry in manifest["entries"].as_array().expect("entries") {
            assert_entry(entry);
            assert!(keys(entry).iter().all(|key| ENTRY_KEYS.contains(key)));
            assert!(entry["representativeQueries"].is_array(), "it is found by what it answers");
            let url = entry["url"].as_str().expect("a URL");
            assert_eq!(service.follow(url).await.status, 200, "{url}");
        }
    }
    let robots = service.get("/robots.txt").await.text();
    assert!(robots.contains(&format!("\nAgentmap: {URL}/.well-known/ard.json\n")), "{robots}");
    for path in ["/", "/docs", "/docs/api"] {
        let page = service.get(path).await;
        assert!(page.header("link").contains("</.well-known/ard.json>; rel=\"ard\""), "{path}");
        assert!(page.text().contains("<link rel=\"ard\" href=\"/.well-known/ard.json\">"), "{path}");
    }
    let card = service.get("/.well-known/mcp/server-card.json").await;
    assert_eq!(card.header("content-type"), "application/mcp-server-card+json");
    assert_eq!(card.json()["remotes"][0]["url"], format!("{URL}/mcp"));
}

#[tokio::test]
async fn a_search_answers_with_scored_entries_of_this_registry() {
    let service = service().await;
    let answer = service
        .post("/search", &json!({ "query": { "text": "zebra striped tables" }, "federation": "none", "pageSize": 1 }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = answer.json();
    assert_eq!(keys(&found), ["results", "pageToken"]);
    let first = &found["results"][0];
    assert_entry(first);
    assert_eq!(first["displayName"], "zebra-tables");
    assert!(first["identifier"].as_str().is_some_and(|urn| urn.starts_with("urn:air:github.com:Org:one:")), "{first}");
    assert!(first["score"].as_u64().is_some_and(|score| score <= 100), "{first}");
    assert_eq!(first["source"], URL);
    assert_eq!(service.follow(first["url"].as_str().expect("a URL")).await.header("content-type"), "application/gzip");
    // The next page is another, and only for the same query.
    let token = found["pageToken"].clone();
    let next = service
        .post("/search", &json!({ "query": { "text": "zebra striped tables" }, "pageSize": 1, "pageToken": token }))
        .await;
    assert_eq!(next.json()["results"][0]["displayName"], "zebra-lists");
    let other = service.post("/search", &json!({ "query": { "text": "zebra lists" }, "pageToken": token })).await;
    assert_eq!((other.status, other.json()["errorCode"].as_str()), (400, Some("INVALID_ARGUMENT")));
    let filtered = json!({ "query": { "text": "zebra", "filter": { "metadata.publisher": ["OTHER"], "publisher": "github.com" } }, "federation": "referrals" });
    let filtered = service.post("/search", &filtered).await.json();
    assert_eq!((filtered["results"].as_array().map(Vec::len), &filtered["referrals"]), (Some(1), &json!([])));
    let none = json!({ "query": { "text": "weather forecast tools", "filter": { "type": ["application/mcp-server-card+json"] } }, "federation": "none", "pageSize": 2 });
    assert_eq!(service.post("/search", &none).await.json(), json!({ "results": [] }));
}

#[tokio::test]
async fn errors_have_the_envelope_of_the_protocol() {
    let service = service().await;
    let bodies = [
        json!({}),
        json!([]),
        json!({ "query": {} }),
        json!({ "query": { "text": "" } }),
        json!({ "query": { "text": 1 } }),
        json!({ "query": { "text": "x" }, "unknown": 1 }),
        json!({ "query": { "text": "x", "unknown": 1 } }),
        json!({ "query": { "text": "x" }, "pageSize": 0 }),
        json!({ "query": { "text": "x" }, "pageSize": 101 }),
        json!({ "query": { "text": "x" }, "federation": "all" }),
        json!({ "query": { "text": "x" }, "pageToken": "x" }),
        json!({ "query": { "text": "x", "filter": { "secret": "x" } } }),
        json!({ "query": { "text": "x".repeat(501) } }),
    ];
    let mut answers = Vec::new();
    for body in &bodies {
        answers.push((body.to_string(), service.post("/search", body).await));
    }
    for body in [
        json!({}),
        json!({ "resultType": { "facets": [] } }),
        json!({ "resultType": { "facets": [{ "field": "secret" }] } }),
    ] {
        answers.push((body.to_string(), service.post("/explore", &body).await));
    }
    for query in [
        "filter=type",
        "filter=type%20%3D%20MCP",
        "orderBy=secret",
        "pageSize=0",
        "pageSize=x",
        "pageToken=x",
        "unknown=1",
    ] {
        answers.push((query.to_owned(), service.get(&format!("/agents?{query}")).await));
    }
    for (request, answer) in answers {
        assert_eq!(answer.status, 400, "{request}");
        let error = answer.json();
        assert_eq!(
            (keys(&error), &error["errorCode"]),
            (vec!["errorCode", "message"], &json!("INVALID_ARGUMENT")),
            "{request}"
        );
    }
    let limits = MeterConfig { workflows: 1, unresolved_inspects: 1, lookups: 9 };
    let metered = Service::metered(&[], Some(limits)).await;
    assert_eq!(metered.get("/agents").await.status, 200);
    let refused = metered.post("/search", &json!({ "query": { "text": "x" } })).await;
    assert_eq!((refused.status, refused.json()["errorCode"].as_str()), (429, Some("RATE_LIMIT_EXCEEDED")));
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn facets_count_what_a_search_finds() {
    let service = service().await;
    let facets = json!([{ "field": "type" }, { "field": "metadata.publisher", "limit": 1 }, { "field": "metadata.verdict", "minCount": 1 }]);
    let everything = service.post("/explore", &json!({ "resultType": { "facets": facets } })).await;
    assert_eq!(everything.status, 200, "{}", everything.text());
    let everything = everything.json();
    assert_eq!(everything["resultType"], "facets");
    let total: u64 = ["buckets"]
        .iter()
        .flat_map(|_| everything["facets"]["type"]["buckets"].as_array().expect("buckets"))
        .filter_map(|bucket| bucket["count"].as_u64())
        .sum();
    let listed = service.get("/agents?orderBy=displayName&pageSize=1").await.json();
    assert_eq!(Some(total), listed["total"].as_u64());
    let publishers = &everything["facets"]["metadata.publisher"];
    assert_eq!((publishers["buckets"].as_array().map(Vec::len), &publishers["otherCount"]), (Some(1), &json!(2)));
    assert!(!everything["facets"]["metadata.verdict"].to_string().contains("dangerous"), "{everything}");
    let zebras = service.post("/explore", &json!({ "query": { "text": "zebra striped" }, "resultType": { "facets": [{ "field": "metadata.publisher" }] } })).await.json();
    let buckets = &zebras["facets"]["metadata.publisher"]["buckets"];
    assert_eq!(*buckets, json!([{ "value": "Org", "count": 1 }, { "value": "other", "count": 1 }]));
}

#[tokio::test]
async fn a_list_is_walked_to_its_end_in_a_stable_order() {
    let service = service().await;
    let mut walked = Vec::new();
    let mut path = "/agents?pageSize=5".to_owned();
    loop {
        let page = service.get(&path).await.json();
        for item in page["items"].as_array().expect("items") {
            assert_entry(item);
            walked.push(item["identifier"].as_str().expect("an identifier").to_owned());
        }
        match page["pageToken"].as_str() {
            Some(token) => path = format!("/agents?pageSize=5&pageToken={token}"),
            None => break,
        }
    }
    let mut unique = walked.clone();
    unique.sort();
    unique.dedup();
    assert!(walked.len() > 10 && unique.len() == walked.len(), "{walked:?}");
    let ordered = service.get("/agents?orderBy=displayName%20DESC&pageSize=100").await.json();
    let names: Vec<&str> =
        ordered["items"].as_array().expect("items").iter().filter_map(|item| item["displayName"].as_str()).collect();
    assert!(names.is_sorted_by(|left, right| left.to_lowercase() >= right.to_lowercase()), "{names:?}");
    assert_eq!(names.len(), walked.len());
    let filtered = service
        .get("/agents?filter=metadata.publisher%20%3D%20'org'%20AND%20updatedAt%20%3E%20'2026-01-01'")
        .await
        .json();
    assert_eq!(filtered["items"].as_array().map(Vec::len), Some(1), "{filtered:#}");
}

#[tokio::test]
async fn an_attestation_is_the_document_that_an_entry_names_and_names_every_byte() {
    let service = service().await;
    let page = service.get("/agents?pageSize=100").await.json();
    for entry in page["items"].as_array().expect("items").iter().take(8) {
        let attestation = &entry["trustManifest"]["attestations"][0];
        assert_eq!(
            (&attestation["type"], &attestation["mediaType"]),
            (&json!("agent-threat-scan"), &json!("application/sarif+json"))
        );
        let document = service.follow(attestation["uri"].as_str().expect("a URI")).await;
        assert_eq!((document.status, document.header("content-type")), (200, "application/sarif+json"));
        assert_eq!(Sha256Digest::of(&document.bytes).to_string(), attestation["digest"], "{}", entry["displayName"]);
        let sarif = document.json();
        let run = &sarif["runs"][0];
        assert_eq!(
            (&sarif["version"], &run["properties"]["skills"][0]["package_hash"]),
            (&json!("2.1.0"), &entry["metadata"]["packageHash"])
        );
        let hashes: Vec<&str> = run["artifacts"]
            .as_array()
            .expect("artifacts")
            .iter()
            .filter_map(|file| file["hashes"]["sha-256"].as_str())
            .collect();
        let content = entry["metadata"]["contentHash"].as_str().expect("a digest").trim_start_matches("sha256:");
        assert!(hashes.contains(&content), "{hashes:?}");
    }
    for path in ["/attestations/x.sarif", "/attestations/", "/attestations/0.json"] {
        assert_eq!(service.get(path).await.status, 404, "{path}");
    }
}
