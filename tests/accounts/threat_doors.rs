//! What a threat does to the verdicts that everybody gets.

use std::fs;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tempfile::TempDir;
use touchmark::app;
use touchmark::config::{HttpConfig, SearchConfig, Settings, StorageConfig};
use touchmark::operations::{
    IngestProgress, IngestStage, OperatorThreat, PackSigningKey, Services, SignaturePackError, add_threat,
    ingest_source, keep_up, list_signature_packs, make_signature_pack, sync_signatures, take_over_pack,
    withdraw_threat,
};
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::surfaces::rest::{Rest, router};
use touchmark::threat::{ThreatCategory, ThreatSeverity};
use tower::ServiceExt as _;

const SKILL: &str = "---\nname: zebra-tables\ndescription: Draws zebra striped tables from comma separated zebra data.\n---\n# Zebra tables\n\nRun draw.py on the file.\n";
const SCRIPT: &str = "print('a table')\n";

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

struct Place {
    data: TempDir,
    services: Services,
    rest: Rest,
    router: Router,
}

fn hash(text: &str) -> String {
    Sha256Digest::of(text.as_bytes()).to_string()
}

async fn open(data: &TempDir) -> Services {
    let storage = StorageConfig { data_folder: data.path().to_owned() };
    let url = "https://skills.example".to_owned();
    app::open_at(&storage, &SearchConfig::builtin(), url, Timestamp::now).await.expect("the data folder opens")
}

impl Place {
    /// A service with one skill of two files.
    async fn new() -> Self {
        let (data, skills) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let folder = skills.path().join("zebra-tables");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("SKILL.md"), SKILL).expect("a file");
        fs::write(folder.join("draw.py"), SCRIPT).expect("a file");
        let services = open(&data).await;
        let source = format!("folder:{}", skills.path().display());
        ingest_source(&services, &source, Arc::new(Silent)).await.expect("the folder is ingested");
        let config = HttpConfig::read("192.0.2.1:4000".parse().expect("an address"), &Settings::environment())
            .expect("defaults");
        let rest = Rest::new(services.clone());
        let router = router(rest.clone(), &config);
        Self { data, services, rest, router }
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Value {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    async fn verify(&self, hash: &str) -> Value {
        self.call("GET", &format!("/verify?content_hash={hash}"), &[], Value::Null).await
    }

    /// Asks for the verdict at every door that tells one.
    async fn verdicts(&self) -> Vec<(&'static str, Value)> {
        let pin = json!({ "content_hash": hash(SKILL) });
        let inspected = self.call("POST", "/inspect", &[], json!({ "content_hash": hash(SKILL) })).await;
        let batch = self.call("POST", "/verify/batch", &[], json!({ "pins": [pin.clone()] })).await;
        let files = json!([{ "path": "SKILL.md", "content": SKILL }, { "path": "draw.py", "content": SCRIPT }]);
        let mut verdicts = vec![
            ("verify", self.verify(&hash(SKILL)).await["safety"].clone()),
            ("inspect", inspected["safety"].clone()),
            ("verify_batch", batch["results"][0]["safety"].clone()),
        ];
        for (tool, arguments) in [
            ("verify_skill", pin),
            ("inspect_skill", json!({ "content_hash": hash(SKILL) })),
            ("scan_skill", json!({ "files": files })),
        ] {
            verdicts.push((tool, self.tool(tool, arguments).await["safety"].clone()));
        }
        verdicts
    }

    async fn tool(&self, name: &str, arguments: Value) -> Value {
        let headers = [
            ("host", "localhost"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2025-06-18"),
        ];
        let params = json!({ "name": name, "arguments": arguments });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let reply = self.call("POST", "/mcp", &headers, body).await;
        assert!(reply["result"]["structuredContent"].is_object(), "{name}: {reply}");
        reply["result"]["structuredContent"].clone()
    }

    async fn found(&self) -> Vec<String> {
        let answer = self.call("POST", "/discover", &[], json!({ "query": "zebra striped tables" })).await;
        let names = answer["results"].as_array().into_iter().flatten().filter_map(|result| result["name"].as_str());
        names.filter(|name| name.starts_with("zebra")).map(str::to_owned).collect()
    }
}

fn named(hashes: &[String]) -> OperatorThreat {
    OperatorThreat {
        hashes: hashes.to_vec(),
        category: ThreatCategory::Backdoor,
        severity: ThreatSeverity::Low,
        description: "Opens a shell".to_owned(),
        references: Vec::new(),
    }
}

#[tokio::test]
async fn a_threat_is_seen_at_every_door_and_a_withdrawn_one_gives_the_verdict_back() {
    let place = Place::new().await;
    // As another process does it.
    let operator = open(&place.data).await;
    let before = place.verdicts().await;
    assert_eq!(place.found().await, ["zebra-tables"]);
    let package = place.verify(&hash(SKILL)).await["match"]["current_package_hash"].as_str().expect("one").to_owned();
    for (what, digest) in [("SKILL.md", hash(SKILL)), ("a file", hash(SCRIPT)), ("the bundle", package)] {
        let threat = add_threat(&operator, named(&[digest]), "somebody").await.expect("a threat");
        // What was answered before is kept until the service has followed, which takes a second.
        place.rest.forget_answers();
        for (door, safety) in place.verdicts().await {
            let place = format!("{what} at {door}: {safety}");
            assert_eq!(safety["status"], json!("dangerous"), "{place}");
            assert_eq!(safety["recommended_action"], json!("block"), "{place}");
            assert_eq!(safety["score"], json!(0.0), "{place}");
            assert_eq!(safety["safety_flags"][0], json!(format!("known-threat:{}", threat.id())), "{place}");
            assert_eq!(safety["threat"]["id"], json!(threat.id()), "{place}");
            assert_eq!(safety["threat"]["description"], json!("Opens a shell"), "{place}");
        }
        assert!(place.found().await.is_empty(), "{what}");
        withdraw_threat(&operator, threat.id().as_str(), "somebody").await.expect("it holds");
        place.rest.forget_answers();
        assert_eq!(place.verdicts().await, before, "{what}");
        place.services.follow().await.expect("search follows");
        assert_eq!(place.found().await, ["zebra-tables"], "{what}");
    }
}

#[tokio::test]
async fn bytes_that_were_never_indexed_are_known_and_a_place_does_not_hide_them() {
    let place = Place::new().await;
    let never = hash("never seen");
    assert_eq!(place.verify(&never).await, json!({ "matched": false, "verification": "unknown" }));
    let threat = add_threat(&place.services, named(std::slice::from_ref(&never)), "somebody").await.expect("a threat");
    place.rest.forget_answers();
    let miss = place.verify(&never).await;
    assert_eq!((&miss["matched"], &miss["threat"]["id"]), (&json!(false), &json!(threat.id())), "{miss}");
    let url = place.verify(&hash(SKILL)).await["skill"]["source_url"].as_str().expect("a URL").to_owned();
    for (source_url, is_matched) in [(url, true), ("https://github.com/nobody/nothing".to_owned(), false)] {
        let answer = place.tool("verify_skill", json!({ "content_hash": never, "source_url": source_url })).await;
        assert_eq!(answer["matched"], json!(is_matched), "{answer}");
        let told = if is_matched { &answer["safety"]["threat"] } else { &answer["threat"] };
        assert_eq!(told["id"], json!(threat.id()), "{answer}");
    }
    let answer = place.call("POST", "/verify/batch", &[], json!({ "pins": [{ "content_hash": never }] })).await;
    assert_eq!(answer["results"][0]["threat"]["id"], json!(threat.id()), "{answer}");
}

#[tokio::test]
async fn a_running_service_sees_a_threat_of_another_process_by_itself() {
    let place = Place::new().await;
    let (service, rest) = (place.services.clone(), place.rest.clone());
    let (changes, mut changed) = tokio::sync::mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        keep_up(service, move || {
            rest.forget_answers();
            let _ = changes.send(());
        })
        .await
    });
    // Answers are kept from now on.
    let is_blocked = async || place.verify(&hash(SKILL)).await["safety"]["recommended_action"] == json!("block");
    assert!(!is_blocked().await && !is_blocked().await && place.found().await == ["zebra-tables"]);
    let operator = open(&place.data).await;
    add_threat(&operator, named(&[hash(SKILL)]), "somebody").await.expect("a threat");
    // Each change of the store is told; the test ends with the one that it waits for.
    while !is_blocked().await || !place.found().await.is_empty() {
        changed.recv().await.expect("the service runs");
    }
    serving.abort();
}

#[tokio::test]
async fn a_project_with_a_known_threat_is_refused() {
    let place = Place::new().await;
    let project = tempfile::tempdir().expect("a folder");
    let folder = project.path().join("skills/mine");
    fs::create_dir_all(&folder).expect("a folder");
    // Never indexed, so that only the threat speaks against it.
    let text = SKILL.replace("zebra", "okapi");
    fs::write(folder.join("SKILL.md"), &text).expect("a file");
    let root =
        touchmark::skill::root_digest([("SKILL.md", Sha256Digest::of(text.as_bytes()), text.len() as u64, false)]);
    let lock = json!({ "version": 1, "skills": { "mine": {
        "path": "skills/mine", "root_digest": root,
        "pin": {
            "skill_id": "550e8400-e29b-41d4-a716-446655440000", "source_url": "https://example.com/a",
            "content_hash": hash(&text), "commit_sha": null, "verdict": "safe", "audited_at": null
        }
    } } });
    fs::write(project.path().join("touchmark.lock"), lock.to_string()).expect("a file");
    let check = || {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args(["--json", "--data-dir"])
            .arg(place.data.path())
            .arg("check")
            .current_dir(project.path())
            .env("HOME", project.path())
            .output()
            .expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, report) = check();
    assert_eq!(code, Some(0), "{report}");
    let threat = add_threat(&place.services, named(&[hash(&text)]), "somebody").await.expect("a threat");
    let (code, report) = check();
    assert_eq!(code, Some(2), "{report}");
    assert!(report.contains(threat.id().as_str()), "{report}");
    withdraw_threat(&place.services, threat.id().as_str(), "somebody").await.expect("it holds");
    assert_eq!(check().0, Some(0));
}

#[tokio::test]
async fn a_pack_carries_threats_to_another_instance_and_never_backwards() {
    let (issuer, taker) = (Place::new().await, Place::new().await);
    let key = PackSigningKey::draw().expect("a key");
    let keys = [key.public()];
    let pack = async || make_signature_pack(&issuer.services, &key, 7).await.expect("a pack").0;
    let threat = add_threat(&issuer.services, named(&[hash(SKILL)]), "somebody").await.expect("a threat");
    let first = pack().await;
    let (report, document) = take_over_pack(&taker.services, "issuer", &first, &keys).await.expect("it is taken over");
    assert_eq!((report.added, report.changed, report.withdrawn), (1, 0, 0));
    assert!(!document.signatures.is_empty() && report.pattern_count == document.signatures.len());
    let blocked = taker.verify(&hash(SKILL)).await;
    assert_eq!(blocked["safety"]["recommended_action"], json!("block"), "{blocked}");
    assert_ne!(blocked["safety"]["threat"]["id"], json!(threat.id()), "it is the word of the pack");
    let again = take_over_pack(&taker.services, "issuer", &first, &keys).await.expect("the same is no change").0;
    assert_eq!((again.added, again.changed, again.withdrawn), (0, 0, 0));
    withdraw_threat(&issuer.services, threat.id().as_str(), "somebody").await.expect("it holds");
    let mut second = pack().await;
    // The version is a time; two packs within a millisecond are one.
    loop {
        match take_over_pack(&taker.services, "issuer", &second, &keys).await {
            Ok((report, _)) => break assert_eq!(report.withdrawn, 1),
            Err(SignaturePackError::Differs(_)) => second = pack().await,
            Err(error) => panic!("{error}"),
        }
    }
    taker.rest.forget_answers();
    assert_ne!(taker.verify(&hash(SKILL)).await["safety"]["recommended_action"], json!("block"));
    let error = take_over_pack(&taker.services, "issuer", &first, &keys).await.expect_err("it is older");
    assert!(error.to_string().contains("somebody rolls it back"), "{error}");
    let foreign = [PackSigningKey::draw().expect("a key").public()];
    for (bytes, keys, expected) in [
        (&second, &foreign[..], "not pinned"),
        (&second, &[][..], "not pinned"),
        (&second[1..].to_vec(), &keys[..], "not a signed pack"),
    ] {
        let error = take_over_pack(&taker.services, "issuer", bytes, keys).await.expect_err("it is refused");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let packs = list_signature_packs(&taker.services).await.expect("a list");
    assert_eq!((packs.len(), packs[0].issuer.as_str(), packs[0].key_id.clone()), (1, "issuer", key.public().id()));
}

#[tokio::test]
async fn a_pack_is_fetched_through_the_guarded_client() {
    let (issuer, taker) = (Place::new().await, Place::new().await);
    let key = PackSigningKey::draw().expect("a key");
    add_threat(&issuer.services, named(&[hash(SKILL)]), "somebody").await.expect("a threat");
    let bytes = make_signature_pack(&issuer.services, &key, 7).await.expect("a pack").0;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/pack.json", listener.local_addr().expect("an address"));
    let routes = Router::new().route("/pack.json", axum::routing::get(async move || bytes.clone()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let (report, _) =
        sync_signatures(&taker.services, &url, Some("issuer"), &[key.public()]).await.expect("it is taken over");
    assert_eq!((report.name.as_str(), report.added), ("issuer", 1));
    // The command does the same; the pack that it fetches is known by now.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_touchmark"));
    command.args(["--json", "--data-dir"]).arg(taker.data.path());
    command.args(["signatures", "sync", &url, "--name", "issuer", "--key", &key.public().to_string()]);
    // In a thread of its own, while the server answers in this one.
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    let output = output.expect("the program runs");
    let body: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!((&body["name"], &body["added"]), (&json!("issuer"), &json!(0)), "{output:?}");
    let rows = [
        (url.replace("pack.json", "none"), "404"),
        ("http://192.0.2.1/pack.json".to_owned(), "https"),
        ("https://10.0.0.1/pack.json".to_owned(), "private network"),
        ("https://localhost.internal/pack.json".to_owned(), "private network"),
        ("https://user:word@skills.example/pack.json".to_owned(), "password"),
        ("file:///etc/passwd".to_owned(), "https"),
    ];
    for (url, expected) in rows {
        let refused = sync_signatures(&taker.services, &url, Some("issuer"), &[key.public()]).await;
        let error = refused.expect_err(&url).to_string();
        assert!(error.contains(expected), "{url}: {error}");
    }
    assert!(sync_signatures(&taker.services, "x", None, &[key.public()]).await.is_err());
    assert!(sync_signatures(&taker.services, &url, None, &[]).await.is_err(), "nobody's key is good");
}
