//! What clients may use for nothing, through the whole service: REST and MCP, with addresses
//! and a clock that each test chooses.

mod service;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use service::{Answer, MIDNIGHT_MS, Service};
use touchmark::config::MeterConfig;
use touchmark::skill::Timestamp;

const CLIENT: &str = "203.0.113.9";
const LIMITS: MeterConfig = MeterConfig { workflows: 3, unresolved_inspects: 3, lookups: 100 };

/// Asks until the free tier is used up, at most `times`, and counts what was free.
async fn free_discovers(service: &Service, peer: &str, headers: &[(&str, &str)], times: usize) -> usize {
    let mut free = 0;
    for _ in 0..times {
        free += usize::from(service.discover(peer, headers).await.status == 200);
    }
    free
}

fn assert_used_up(answer: &Answer, status: u16, retry_after: u64) {
    assert_eq!((answer.status, &answer.body["error"]["code"]), (status, &json!("RATE_LIMITED")), "{}", answer.body);
    assert_eq!(answer.body["error"]["is_retriable"], true);
    assert_eq!(answer.body["error"]["retry_after_seconds"], retry_after);
    assert_eq!(answer.header("retry-after"), Some(retry_after.to_string().as_str()));
}

#[tokio::test]
async fn without_configuration_nothing_is_counted_and_no_header_tells_of_a_quota() {
    let service = Service::start(None, "").await;
    for _ in 0..60 {
        let answer = service.discover(CLIENT, &[]).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.keys().any(|name| name.as_str().contains("ratelimit")), "{:?}", answer.headers);
    }
    let result = service.tool(CLIENT, "discover_skills", json!({ "query": "zebra" })).await;
    assert_eq!(result["_meta"]["touchmark/rate-limit"], Value::Null);
}

#[tokio::test]
async fn the_free_tier_is_told_in_headers_and_ends_with_402() {
    let service = Service::start(Some(LIMITS), "").await;
    let reset_at = ((MIDNIGHT_MS / 1_000) + 86_400).to_string();
    for remaining in ["2", "1", "0"] {
        let answer = service.discover(CLIENT, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(remaining));
        assert_eq!(answer.header("x-ratelimit-reset"), Some(reset_at.as_str()));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"discovery\";q=3;w=86400"));
        assert_eq!(answer.header("ratelimit"), Some(format!("\"discovery\";r={remaining};t=43200").as_str()));
    }
    let refused = service.discover(CLIENT, &[]).await;
    assert_used_up(&refused, 402, 43_200);
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    // An inspection without a query_id draws from the same bucket.
    let inspected = service.post(CLIENT, "/inspect", &json!({ "skill_id": service.skill_id })).await;
    assert_used_up(&inspected, 402, 43_200);
    // What is never limited, and what has a bucket of its own.
    for path in
        ["/health", "/llms.txt", "/openapi.json", "/.well-known/mcp.json", "/docs", "/verify?content_hash=sha256:00"]
    {
        let answer = service.get(CLIENT, path).await;
        assert!(!matches!(answer.status, 402 | 429), "{path} answered {}", answer.status);
    }
    assert_eq!(service.discover("203.0.113.10", &[]).await.status, 200);
}

#[tokio::test]
async fn midnight_gives_a_new_tier() {
    static NOW: AtomicI64 = AtomicI64::new(MIDNIGHT_MS + 86_399_000);
    let service =
        Service::start_at(Some(LIMITS), "", || Timestamp::from_milliseconds(NOW.load(Ordering::Relaxed))).await;
    assert_eq!(free_discovers(&service, CLIENT, &[], 5).await, 3);
    assert_used_up(&service.discover(CLIENT, &[]).await, 402, 1);
    NOW.store(MIDNIGHT_MS + 86_400_000, Ordering::Relaxed);
    assert_eq!(free_discovers(&service, CLIENT, &[], 5).await, 3);
}

#[tokio::test]
async fn a_workflow_is_a_search_and_five_inspections() {
    let service = Service::start(Some(LIMITS), "").await;
    let query_id = service.discover(CLIENT, &[]).await.body["query_id"].clone();
    let entitled = json!({ "skill_id": service.skill_id, "query_id": query_id });
    for _ in 0..5 {
        let answer = service.post(CLIENT, "/inspect", &entitled).await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some("2")), "{}", answer.body);
    }
    let sixth = service.post(CLIENT, "/inspect", &entitled).await;
    assert_eq!((sixth.status, &sixth.body["error"]["code"]), (429, &json!("RATE_LIMITED")));
    let alone = service.post(CLIENT, "/inspect", &json!({ "skill_id": service.skill_id })).await;
    assert_eq!((alone.status, alone.header("x-ratelimit-remaining")), (200, Some("1")), "{}", alone.body);
}

#[tokio::test]
async fn a_call_that_fails_draws_nothing() {
    let service = Service::start(Some(LIMITS), "").await;
    for body in [json!({}), json!({ "query": "" }), json!({ "query": "x", "limit": "many" }), json!([])] {
        let answer = service.post(CLIENT, "/discover", &body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    for body in [json!({}), json!({ "skill_id": "x" }), json!({ "skill_id": service.skill_id, "query_id": 7 })] {
        assert_eq!(service.post(CLIENT, "/inspect", &body).await.status, 400);
    }
    for path in ["/verify", "/verify?content_hash=x", "/verify?content_hash=x&content_hash=y"] {
        for _ in 0..60 {
            assert_eq!(service.get(CLIENT, path).await.status, 400, "{path}");
        }
    }
    let remaining = service.discover(CLIENT, &[]).await;
    assert_eq!(remaining.header("x-ratelimit-remaining"), Some("2"));
    assert_eq!(service.get(CLIENT, &service.verify_path()).await.status, 200);
}

#[tokio::test]
async fn guesses_are_bounded_and_what_a_search_entitles_to_is_not() {
    let service = Service::start(Some(MeterConfig { workflows: 10, ..LIMITS }), "").await;
    let query_id = service.discover(CLIENT, &[]).await.body["query_id"].clone();
    let unknown = "00000000-0000-5000-8000-000000000000";
    let guesses = [
        (json!({ "skill_id": unknown }), 404),
        (json!({ "skill_id": unknown, "query_id": query_id }), 404),
        (json!({ "skill_id": service.skill_id, "query_id": "q_guessed" }), 400),
    ];
    for (guess, status) in &guesses {
        let answer = service.post(CLIENT, "/inspect", guess).await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (*status, Some("9")), "{}", answer.body);
    }
    for (guess, _) in &guesses {
        assert_used_up(&service.post(CLIENT, "/inspect", guess).await, 429, 43_200);
    }
    assert_used_up(&service.post(CLIENT, "/inspect", &json!({ "skill_id": service.skill_id })).await, 429, 43_200);
    let entitled = json!({ "skill_id": service.skill_id, "query_id": query_id });
    assert_eq!(service.post(CLIENT, "/inspect", &entitled).await.status, 200);
    assert_eq!(service.discover(CLIENT, &[]).await.header("x-ratelimit-remaining"), Some("8"));
}

#[tokio::test]
async fn concurrent_guesses_are_answered_exactly_as_often_as_the_guard_allows() {
    let service = Arc::new(Service::start(Some(LIMITS), "").await);
    let guess = json!({ "skill_id": "00000000-0000-5000-8000-000000000000", "query_id": "q_guessed" });
    let calls = (0..50).map(|_| {
        let (service, guess) = (service.clone(), guess.clone());
        tokio::spawn(async move { service.post(CLIENT, "/inspect", &guess).await.status })
    });
    let statuses: Vec<u16> =
        futures::future::join_all(calls).await.into_iter().map(|call| call.expect("no panic")).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 47, "{statuses:?}");
}

#[tokio::test]
async fn verifications_have_a_bucket_by_the_number_of_pins() {
    let service = Service::start(Some(LIMITS), "").await;
    let pins = |count: usize| json!({ "pins": vec![json!({ "content_hash": service.content_hash }); count] });
    assert_eq!(service.post(CLIENT, "/verify/batch", &pins(90)).await.status, 200);
    // Answers that are given again count as well.
    for _ in 0..9 {
        let answer = service.get(CLIENT, &service.verify_path()).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, None), "a public answer tells nobody's quota");
    }
    let too_many = service.post(CLIENT, "/verify/batch", &pins(2)).await;
    assert_used_up(&too_many, 429, 43_200);
    assert!(too_many.body["error"]["message"].as_str().is_some_and(|message| message.starts_with("1 of the 100")));
    assert_eq!(service.post(CLIENT, "/verify/batch", &pins(1)).await.status, 200);
    assert_used_up(&service.get(CLIENT, &service.verify_path()).await, 429, 43_200);
    assert_eq!(service.discover(CLIENT, &[]).await.status, 200);
    assert_eq!(service.get("203.0.113.10", &service.verify_path()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_at_once_get_exactly_fifty() {
    let service = Arc::new(Service::start(Some(MeterConfig { workflows: 50, ..LIMITS }), "").await);
    let calls = (0..500).map(|_| {
        let service = service.clone();
        tokio::spawn(async move { service.discover(CLIENT, &[]).await.status })
    });
    let statuses: Vec<u16> =
        futures::future::join_all(calls).await.into_iter().map(|call| call.expect("no panic")).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 50);
    assert_eq!(statuses.iter().filter(|status| **status == 402).count(), 450);
}

#[tokio::test]
async fn no_header_gains_a_client_another_tier() {
    let service = Service::start(Some(MeterConfig { workflows: 5, ..LIMITS }), "10.0.0.0/8").await;
    let forged = ["192.0.2.1", "10.0.0.1", "unknown", "\"", "", "2001:db8::1", "for=192.0.2.1", "127.0.0.1, 10.0.0.1"];
    let mut free = 0;
    for value in forged {
        for name in ["x-forwarded-for", "forwarded", "x-real-ip", "client-ip", "true-client-ip", "cf-connecting-ip"] {
            free += free_discovers(&service, CLIENT, &[(name, value)], 1).await;
            let through_proxy = format!("{value}, {CLIENT}");
            free +=
                free_discovers(&service, "10.0.0.1", &[(name, value), ("x-forwarded-for", &through_proxy)], 1).await;
        }
    }
    assert_eq!(free, 5);
    // A client behind the proxy has its own tier, and so has the network of an IPv6 client.
    assert_eq!(free_discovers(&service, "10.0.0.1", &[("x-forwarded-for", "198.51.100.7")], 9).await, 5);
    let mut free = 0;
    for host in 1..10 {
        free += free_discovers(&service, &format!("2001:db8:1:2::{host}"), &[], 1).await;
    }
    assert_eq!(free, 5);
}

#[tokio::test]
async fn tools_draw_from_the_same_buckets() {
    let service = Service::start(Some(LIMITS), "").await;
    let query = json!({ "query": "zebra tables" });
    let first = service.tool(CLIENT, "discover_skills", query.clone()).await;
    assert_eq!(first["_meta"]["touchmark/rate-limit"], json!({ "limit": 3, "remaining": 2, "reset_seconds": 43_200 }));
    assert_eq!(service.discover(CLIENT, &[]).await.header("x-ratelimit-remaining"), Some("1"));
    let alone = service.tool(CLIENT, "inspect_skill", json!({ "skill_id": service.skill_id })).await;
    assert_eq!((&alone["isError"], &alone["_meta"]["touchmark/rate-limit"]["remaining"]), (&json!(false), &json!(0)));
    let refused = service.tool(CLIENT, "discover_skills", query.clone()).await;
    assert_eq!(refused["isError"], true);
    let error = &refused["_meta"]["touchmark/error"];
    assert_eq!((&error["code"], &error["retry_after_seconds"]), (&json!("RATE_LIMITED"), &json!(43_200)));
    let text = refused["content"][0]["text"].as_str().expect("a text");
    assert!(text.contains("Try again after: 43200 seconds"), "{text}");
    let query_id = &first["structuredContent"]["query_id"];
    let entitled = json!({ "skill_id": service.skill_id, "query_id": query_id });
    assert_eq!(service.tool(CLIENT, "inspect_skill", entitled).await["isError"], false);
    for _ in 0..100 {
        let held = json!({ "content_hash": service.content_hash });
        assert_eq!(service.tool(CLIENT, "verify_skill", held).await["isError"], false);
    }
    assert_eq!(service.get(CLIENT, &service.verify_path()).await.status, 429);
    assert_eq!(service.tool("203.0.113.10", "discover_skills", query).await["isError"], false);
}

#[tokio::test]
async fn standard_input_is_the_owners_own() {
    let service = Service::start(Some(MeterConfig { workflows: 0, ..LIMITS }), "").await;
    assert_eq!(service.discover(CLIENT, &[]).await.status, 402);
    for reply in service.converse("discover_skills", json!({ "query": "zebra tables" }), 5).await {
        assert_eq!(reply["result"]["isError"], false, "{reply}");
    }
}

#[tokio::test]
async fn counts_survive_a_restart() {
    let service = Service::start(Some(LIMITS), "").await;
    assert_eq!(free_discovers(&service, CLIENT, &[], 2).await, 2);
    let service = service.restart(Some(LIMITS)).await;
    assert_eq!(free_discovers(&service, CLIENT, &[], 5).await, 1);
    let service = service.restart(Some(LIMITS)).await;
    assert_used_up(&service.discover(CLIENT, &[]).await, 402, 43_200);
    // What was drawn stays drawn where the limit moves.
    let service = service.restart(Some(MeterConfig { workflows: 5, ..LIMITS })).await;
    assert_eq!(free_discovers(&service, CLIENT, &[], 5).await, 2);
    let service = service.restart(None).await;
    assert_eq!(free_discovers(&service, CLIENT, &[], 9).await, 9);
}

/// What metering adds to a search through the whole router:
/// `cargo test --test metering cost -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "measures"]
async fn cost() {
    const ROUNDS: usize = 3_000;
    let limits = MeterConfig { workflows: u32::MAX, ..LIMITS };
    let (plain, metered) = (Service::start(None, "10.0.0.0/8").await, Service::start(Some(limits), "10.0.0.0/8").await);
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // A new client in every round, behind a proxy: the dearest case.
        let header = format!("192.0.2.1, 10.1.{}.{}, 198.51.{}.{}", round % 256, round / 256, round / 256, round % 256);
        for place in [round % 2, (round + 1) % 2] {
            let service = [&plain, &metered][place];
            let started = std::time::Instant::now();
            let answer = service.send_discover("10.0.0.1", &[("x-forwarded-for", &header)]).await;
            times[place].push(started.elapsed());
            assert_eq!(answer, 200);
        }
    }
    let [plain, metered] = times.map(|mut times| {
        times.sort();
        [times[ROUNDS / 2], times[ROUNDS * 9 / 10]].map(|time| time.as_nanos() as f64 / 1_000.0)
    });
    println!("median {:.1} µs without, {:.1} µs with metering: {:+.1} µs", plain[0], metered[0], metered[0] - plain[0]);
    println!("90 %   {:.1} µs without, {:.1} µs with metering: {:+.1} µs", plain[1], metered[1], metered[1] - plain[1]);
}
