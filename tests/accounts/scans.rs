//! Scans from outside: what is reported, what is fetched, and what the history shows.

use axum::body::to_bytes;
use axum::http::Request;
use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;
use touchmark::operations::accounts::work_on_next_scan;
use touchmark::store::Accounts;

use super::service::Service;

fn reported() -> Value {
    json!({
        "quarantine_id": "20260215_143000_example_repo",
        "source_type": "git",
        "source_ref": "https://github.com/someone/example-repo",
        "source_hash": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "score": 15,
        "verdict": "medium",
        "phases": [
            { "phase": 1, "name": "install_hooks", "score": 0, "findings": [] },
            { "phase": 2, "name": "code_patterns", "score": 15, "findings": ["eval() in src/utils.py:42\u{1b}[2J"] },
        ],
        "file_stats": { "total_files": 24, "python": 12, "total_size_bytes": 145_920 },
        "cli_version": "0.1.0",
    })
}

#[tokio::test]
async fn a_reported_scan_is_kept_for_the_history() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let answer = service.post("/v1/scan", Some(&token), &reported()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let id = answer.body["scan_id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("scn_"));
    let expected = json!({
        "scan_id": id,
        "quarantine_id": "20260215_143000_example_repo",
        "score": 15,
        "verdict": "medium",
        "threats": [],
        "publisher": null,
        "created_at": service.services.now().to_string(),
    });
    assert_eq!(answer.body, expected);
    let shown = service.get(&format!("/v1/scans/{id}"), Some(&token)).await.body;
    assert_eq!(shown["status"], "completed");
    assert_eq!(shown["target"], "git:https://github.com/someone/example-repo");
    assert_eq!(shown["phases"]["code_patterns"]["score"], 15);
    let line = shown["phases"]["code_patterns"]["findings"][0].as_str().expect("a line").to_owned();
    assert!(line.starts_with("eval() in src/utils.py:42") && !line.contains('\u{1b}'), "{line}");
    let me = service.get("/v1/auth/me", Some(&token)).await.body;
    assert_eq!((&me["scan_count"], &me["last_scan_at"]), (&json!(1), &expected["created_at"]));
}

#[tokio::test]
async fn reports_that_cannot_be_are_refused() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let with = |name: &str, value: Value| {
        let mut report = reported();
        report[name] = value;
        report
    };
    let without = |name: &str| {
        let mut report = reported();
        report.as_object_mut().expect("an object").remove(name);
        report
    };
    let phase = |number: i64| json!([{ "phase": number, "name": "x", "score": 1, "findings": [] }]);
    let twice = json!([phase(1)[0], phase(1)[0]]);
    let mut rows: Vec<(Value, u16, &str)> = vec![
        (with("verdict", json!("harmless")), 400, "BAD_REQUEST"),
        (with("verdict", json!("Clean")), 400, "BAD_REQUEST"),
        (with("source_type", json!("cargo")), 400, "BAD_REQUEST"),
        (with("source_hash", json!("sha256:abc")), 400, "BAD_REQUEST"),
        (with("quarantine_id", json!(" \n ")), 400, "BAD_REQUEST"),
        (with("phases", phase(0)), 400, "BAD_REQUEST"),
        (with("phases", phase(9)), 400, "BAD_REQUEST"),
        (with("phases", twice), 400, "BAD_REQUEST"),
        (with("phases", phase(-1)), 422, "VALIDATION_ERROR"),
        (with("score", json!(-1)), 422, "VALIDATION_ERROR"),
        (with("score", json!("15")), 422, "VALIDATION_ERROR"),
        (with("phases", json!({})), 422, "VALIDATION_ERROR"),
        (with("file_stats", json!([])), 422, "VALIDATION_ERROR"),
        (json!([]), 422, "VALIDATION_ERROR"),
        (with("cli_version", json!("x".repeat(1_100_000))), 413, "PAYLOAD_TOO_LARGE"),
    ];
    for name in ["quarantine_id", "source_type", "source_ref", "score", "verdict", "phases"] {
        rows.push((without(name), 422, "VALIDATION_ERROR"));
    }
    for (report, status, code) in rows {
        let answer = service.post("/v1/scan", Some(&token), &report).await;
        assert_eq!(answer.refusal(), (status, code), "{}", report.to_string().chars().take(300).collect::<String>());
    }
}

#[tokio::test]
async fn the_verdict_is_no_milder_than_the_score_that_was_sent() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    for (score, claimed, expected) in [(0, "clean", "clean"), (60, "clean", "critical"), (3, "high", "high")] {
        let mut report = reported();
        report["score"] = json!(score);
        report["verdict"] = json!(claimed);
        let answer = service.post("/v1/scan", Some(&token), &report).await;
        assert_eq!(answer.body["verdict"], expected, "{score} {claimed}");
    }
}

#[tokio::test]
async fn a_skill_of_the_index_has_the_verdict_of_the_index() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let found = service.post("/discover", None, &json!({ "query": "build an MCP server" })).await;
    let skill = found.body["results"][0]["skill_id"].as_str().unwrap_or_else(|| panic!("{}", found.body)).to_owned();
    let request = json!({ "target": format!("skill:{skill}"), "policy": "default" });
    let queued = service.post("/v1/scans", Some(&token), &request).await;
    assert_eq!((queued.status, &queued.body["status"]), (202, &json!("queued")), "{}", queued.body);
    assert_eq!((&queued.body["score"], &queued.body["verdict"]), (&Value::Null, &Value::Null));
    let path = format!("/v1/scans/{}", queued.body["id"].as_str().expect("an id"));

    let events = Request::get(format!("{path}/events")).header("authorization", format!("Bearer {token}"));
    let stream = service.open(events.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(work_on_next_scan(&service.services, "test").await.expect("it is worked on"));
    assert!(!work_on_next_scan(&service.services, "test").await.expect("nothing waits"));
    let text = to_bytes(stream.into_body(), 1024 * 1024).await.expect("the stream ends");
    let text = String::from_utf8(text.to_vec()).expect("text");
    let last = text.split("data: ").last().expect("an event");
    let last: Value = serde_json::from_str(last.trim()).expect("JSON");
    assert_eq!((&last["is_final"], &last["scan"]["status"]), (&json!(true), &json!("completed")), "{text}");

    let shown = service.get(&path, Some(&token)).await.body;
    assert_eq!(shown, last["scan"]);
    let inspected = service.post("/inspect", None, &json!({ "skill_id": skill })).await.body;
    assert_eq!(shown["ruleset_version"], inspected["safety"]["ruleset_version"], "{inspected}");
    for phase in ["install_hooks", "code_patterns", "network_exfil", "credentials", "obfuscation", "provenance"] {
        assert!(shown["phases"][phase]["score"].is_u64(), "{phase}: {shown}");
    }
    let sum: u64 =
        shown["phases"].as_object().expect("phases").values().map(|phase| phase["score"].as_u64().unwrap_or(0)).sum();
    assert_eq!(shown["score"], json!(sum));
}

#[tokio::test]
async fn targets_that_lead_into_private_networks_or_nowhere_are_refused() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    for target in [
        "",
        "/etc/passwd",
        "file:///etc",
        "folder:/",
        "git:/srv",
        "http://github.com/o/r",
        "https://127.0.0.1/o/r",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/o/r",
        "https://localhost/o/r",
        "skill:1",
        "well-known:https://10.0.0.1",
        "cargo:serde",
        "https://user:secret@example.com/o/r",
    ] {
        let answer = service.post("/v1/scans", Some(&token), &json!({ "target": target })).await;
        assert_eq!(answer.refusal(), (422, "validation_error"), "{target}: {}", answer.body);
        assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
    }
    let unknown = json!({ "target": "skill:00000000-0000-5000-8000-000000000000" });
    let queued = service.post("/v1/scans", Some(&token), &unknown).await;
    assert!(work_on_next_scan(&service.services, "test").await.expect("it is worked on"));
    let path = format!("/v1/scans/{}", queued.body["id"].as_str().expect("an id"));
    let shown = service.get(&path, Some(&token)).await.body;
    assert_eq!((&shown["status"], &shown["verdict"]), (&json!("failed"), &Value::Null), "{shown}");
    assert_eq!(shown["reason"], "no listed skill has this id");
}

#[tokio::test]
async fn the_history_goes_on_page_by_page_and_is_filtered() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    for number in 0..7_u32 {
        let mut report = reported();
        report["source_ref"] = json!(format!("https://github.com/someone/repository-{number}"));
        report["score"] = json!(if number % 2 == 0 { 60 } else { 15 });
        assert_eq!(service.post("/v1/scan", Some(&token), &report).await.status, 201);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/v1/scans?limit=3{cursor}"), Some(&token)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let scans = page.body["scans"].as_array().expect("a list").clone();
        seen.extend(scans.iter().map(|scan| scan["target"].as_str().expect("a target").to_owned()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<String> =
        (0..7).rev().map(|number| format!("git:https://github.com/someone/repository-{number}")).collect();
    assert_eq!(seen, expected);
    let now = service.services.now().as_milliseconds();
    let at = |shift: i64| touchmark::skill::Timestamp::from_milliseconds(now + shift).to_string();
    let rows = [
        ("verdict=critical".to_owned(), Some(4)),
        ("verdict=clean".to_owned(), Some(0)),
        ("target=repository-3".to_owned(), Some(1)),
        ("target=REPOSITORY-3".to_owned(), Some(1)),
        ("target=%25".to_owned(), Some(0)),
        (format!("from={}", at(0)), Some(7)),
        (format!("from={}", at(1)), Some(0)),
        (format!("to={}", at(0)), Some(0)),
        (format!("to={}&verdict=medium", at(1)), Some(3)),
        ("verdict=bad".to_owned(), None),
        ("from=yesterday".to_owned(), None),
        ("cursor=x".to_owned(), None),
        ("limit=0".to_owned(), None),
        ("limit=101".to_owned(), None),
        (format!("target={}", "x".repeat(201)), None),
    ];
    for (query, expected) in rows {
        let answer = service.get(&format!("/v1/scans?{query}"), Some(&token)).await;
        assert_eq!(answer.body["scans"].as_array().map(Vec::len), expected, "{query}: {}", answer.body);
        assert_eq!(answer.status, if expected.is_some() { 200 } else { 422 }, "{query}");
    }
}

#[tokio::test]
async fn a_day_has_as_many_scans_as_the_tier_and_a_waiting_room_has_an_end() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let unknown = json!({ "target": "skill:00000000-0000-5000-8000-000000000000" });
    for _ in 0..10 {
        assert_eq!(service.post("/v1/scans", Some(&token), &unknown).await.status, 202);
    }
    let eleventh = service.post("/v1/scans", Some(&token), &unknown).await;
    assert_eq!(eleventh.refusal(), (429, "rate_limit_exceeded"));
    assert!(eleventh.header("retry-after").is_some());
    while work_on_next_scan(&service.services, "test").await.expect("it is worked on") {}
    assert_eq!(service.post("/v1/scans", Some(&token), &unknown).await.status, 202);
    // The limit of the free tier, less what can be asked in a minute of a clock that stands still.
    let store = service.store().await;
    let free = service.token("free@example.com", Tier::Free).await;
    let (account, _) = store
        .account_by_email(&"free@example.com".parse().expect("an address"))
        .await
        .expect("read")
        .expect("an account");
    for _ in 0..29 {
        assert_eq!(service.post("/v1/scan", Some(&free), &reported()).await.status, 201);
    }
    use touchmark::store::{ScanAdmission, ScanLimits, Scans};
    let limits = ScanLimits { per_day: 30, waiting: 1, queue: 1_000 };
    let scan = || touchmark::store::NewScan {
        key: uuid::Uuid::new_v4().into(),
        kind: touchmark::store::ScanKind::Upload,
        owner: account.id.clone(),
        team: None,
        target: "x".to_owned(),
        policy: None,
        digest: None,
        result: None,
        file: None,
    };
    let now = service.services.now();
    let keep = async |limits: &ScanLimits, now| store.create_scan(&scan(), limits, now).await.expect("asked");
    assert_eq!(keep(&limits, now).await, ScanAdmission::Created);
    assert_eq!(keep(&limits, now).await, ScanAdmission::TooManyWaiting);
    let patient = ScanLimits { waiting: 100, ..limits };
    assert_eq!(keep(&patient, now).await, ScanAdmission::TooManyToday);
    assert_eq!(keep(&ScanLimits { queue: 1, ..patient }, now).await, ScanAdmission::QueueFull);
    let shift = |days: i64| touchmark::skill::Timestamp::from_milliseconds(now.as_milliseconds() + days * 86_400_000);
    assert_eq!(keep(&patient, shift(-1)).await, ScanAdmission::TooManyToday, "a clock that was set back");
    assert_eq!(keep(&patient, shift(1)).await, ScanAdmission::Created);
}
