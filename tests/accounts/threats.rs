use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;
use touchmark::operations::{
    Acceptance, OperatorThreat, PackSigningKey, REVOCATION_PAGE, accept_report, add_threat, list_reports,
    reject_report, take_over_pack, withdraw_threat,
};
use touchmark::pack::{PackDocument, PackedThreat, SealedPack};
use touchmark::scan::SignaturePack;
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::store::{AuditEntry, Threats as _};
use touchmark::threat::{Threat, ThreatCategory, ThreatParts, ThreatSeverity};

use super::service::Service;

fn hash(text: &str) -> String {
    Sha256Digest::of(text.as_bytes()).to_string()
}

fn report(name: &str) -> Value {
    json!({
        "source_type": "npm",
        "source_ref": name,
        "source_hash": hash(name),
        "category": "credential_exfiltration",
        "severity": "critical",
        "description": "Reads ~/.aws/credentials and sends them to a host",
        "evidence": ["postinstall in package.json"]
    })
}

async fn named(service: &Service, texts: &[&str]) -> Threat {
    let named = OperatorThreat {
        hashes: texts.iter().map(|text| hash(text)).collect(),
        category: ThreatCategory::Backdoor,
        severity: ThreatSeverity::High,
        description: "Opens a shell".to_owned(),
        references: vec!["https://example.com/a".to_owned()],
    };
    add_threat(&service.services, named, "somebody").await.expect("a threat")
}

#[tokio::test]
async fn a_digest_is_known_or_not_as_the_contract_writes_it() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let path = format!("/v1/threat/{}", hash("x"));
    let unknown = service.get(&path, Some(&token)).await;
    let nothing =
        json!({ "hash": hash("x"), "known_threat": false, "severity": null, "category": null, "description": null });
    assert_eq!((unknown.status, unknown.body), (200, nothing.clone()));
    let threat = named(&service, &["x", "y"]).await;
    for text in ["x", "y"] {
        let answer = service.get(&format!("/v1/threat/{}", hash(text)), Some(&token)).await.body;
        assert_eq!(answer["known_threat"], json!(true), "{answer}");
        assert_eq!(answer["id"], json!(threat.id()));
        assert_eq!((&answer["severity"], &answer["category"]), (&json!("high"), &json!("backdoor")));
        assert_eq!(answer["recommended_action"], json!("reject"));
        assert_eq!(answer["references"], json!(["https://example.com/a"]));
        assert_eq!((&answer["affected_packages"], &answer["reports_count"]), (&json!([]), &json!(0)));
    }
    withdraw_threat(&service.services, threat.id().as_str(), "somebody").await.expect("it holds");
    assert_eq!(service.get(&path, Some(&token)).await.body, nothing);
    for wrong in ["sha256:e3b0c44298fc1c149afbf4c8996fb924", "x", "md5:00", "sha256:%2e%2e"] {
        let answer = service.get(&format!("/v1/threat/{wrong}"), Some(&token)).await;
        assert_eq!(answer.refusal(), (400, "BAD_REQUEST"), "{wrong}");
    }
}

#[tokio::test]
async fn a_digest_that_a_threat_no_longer_names_is_told_to_whoever_follows() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let threat = named(&service, &["x", "y"]).await;
    let id_of = |text: &str| format!("{}:{}", threat.id(), &hash(text)["sha256:".len()..][..16]);
    let told = async || {
        let feed = service.get("/v1/revocations.json", None).await.body;
        let signatures = service.get("/v1/signatures?since=2026-01-01T00:00:00Z", Some(&token)).await.body;
        let ids = signatures["withdrawn"].as_array().into_iter().flatten().map(|gone| gone["id"].clone());
        (feed["revocations"][0]["dropped_digests"].clone(), ids.collect::<Vec<Value>>())
    };
    let say = async |texts: &[&str]| {
        let (id, parts) = threat.clone().into_parts();
        let digests = texts.iter().map(|text| Sha256Digest::of(text.as_bytes())).collect();
        let threat = Threat::with_id(Some(id), ThreatParts { digests, ..parts }).expect("a threat");
        let entry = AuditEntry::of_operator("test.prepare", "test", json!({}));
        let put = service.store().await.put_threat(&threat, &entry, service.services.now()).await;
        assert!(put.expect("it is put"));
    };
    assert_eq!(told().await, (json!([]), vec![]));
    say(&["x"]).await;
    assert_eq!(told().await, (json!([hash("y")]), vec![json!(id_of("y"))]));
    let free = service.get(&format!("/v1/threat/{}", hash("y")), Some(&token)).await.body;
    assert_eq!(free["known_threat"], false);
    say(&["x", "y"]).await;
    assert_eq!(told().await, (json!([]), vec![]), "it is named again");
}

#[tokio::test]
async fn each_is_for_its_scope_and_tier_and_for_nobody_else() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let threat = format!("/v1/threat/{}", hash("x"));
    let rows = [
        ("GET", threat.as_str(), "threats:read", Tier::Free, 200),
        ("GET", "/v1/threats", "threats:read", Tier::Pro, 200),
        ("GET", "/v1/signatures", "threats:read", Tier::Free, 200),
        ("POST", "/v1/report", "reports:write", Tier::Free, 201),
    ];
    let (free, pro) =
        (service.token("free@example.com", Tier::Free).await, service.token("pro@example.com", Tier::Pro).await);
    for (number, (method, path, scope, tier, good)) in rows.into_iter().enumerate() {
        let body = || Body::from(report(&format!("evil-{number}")).to_string());
        let key = async |scopes: Vec<&str>| {
            let request = json!({ "name": "ci", "scopes": scopes });
            let made = service.post("/v1/auth/keys", Some(&pro), &request).await.body;
            (made["key"].as_str().expect("a key").to_owned(), made["id"].as_str().expect("an id").to_owned())
        };
        let (right, id) = key(vec![scope]).await;
        let (wrong, _) = key(vec!["account:read", "scans:read", "scans:write", "verify:write", "team:read"]).await;
        let status = async |credential: Option<&str>| service.call(method, path, credential, body()).await.status;
        assert_eq!(status(None).await, 401, "nobody: {path}");
        assert_eq!(status(Some(&wrong)).await, 403, "a key without the scope: {path}");
        assert_eq!(status(Some(&right)).await, good, "a key with the scope: {path}");
        assert_eq!(status(Some(&pro)).await, good, "its holder: {path}");
        assert_eq!(status(Some(&free)).await, if tier == Tier::Free { good } else { 403 }, "a smaller tier: {path}");
        let revoked = service.delete(&format!("/v1/auth/keys/{id}"), Some(&pro)).await.status;
        assert_eq!((revoked, status(Some(&right)).await), (200, 401), "a revoked key: {path}");
    }
    // The document of the list has another envelope.
    let refused = service.get("/v1/threats", Some(&free)).await;
    assert_eq!((refused.status, &refused.body["error"]["code"]), (403, &json!("forbidden")));
}

#[tokio::test]
async fn the_list_is_cut_into_pages_and_filtered() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    for text in ["a", "b", "c"] {
        named(&service, &[text]).await;
    }
    let page = service.get("/v1/threats?limit=2&offset=1", Some(&token)).await.body;
    let hashes: Vec<&Value> =
        page["threats"].as_array().into_iter().flatten().map(|threat| &threat["hashes"][0]).collect();
    assert_eq!(hashes, [&json!(hash("b")), &json!(hash("a"))], "the latest first");
    assert_eq!((&page["total"], &page["limit"], &page["offset"]), (&json!(3), &json!(2), &json!(1)));
    for (query, total) in [
        ("severity=high", 3),
        ("severity=critical", 0),
        ("category=backdoor", 3),
        ("category=other", 0),
        ("ecosystem=npm", 0),
        ("search=SHELL", 3),
        ("search=%25", 0),
        ("search=", 3),
    ] {
        let answer = service.get(&format!("/v1/threats?{query}"), Some(&token)).await.body;
        assert_eq!(answer["total"], json!(total), "{query}");
    }
    for query in ["limit=0", "limit=101", "limit=x", "offset=-1", "severity=bad", "category=x", "ecosystem=x"] {
        let answer = service.get(&format!("/v1/threats?{query}"), Some(&token)).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (422, &json!("validation_error")), "{query}");
    }
}

#[tokio::test]
async fn a_report_waits_for_the_operator_and_becomes_a_threat_and_a_signature() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let (mine, theirs) =
        (service.token("dev@example.com", Tier::Pro).await, service.token("other@example.com", Tier::Pro).await);
    let made = service.post("/v1/report", Some(&mine), &report("aws-helper-utils")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((&made.body["status"], &made.body["source_ref"]), (&json!("submitted"), &json!("aws-helper-utils")));
    assert_eq!(
        (&made.body["category"], &made.body["severity"]),
        (&json!("credential_exfiltration"), &json!("critical"))
    );
    let id = made.body["report_id"].as_str().expect("an id").to_owned();
    let again = service.post("/v1/report", Some(&mine), &report("aws-helper-utils")).await;
    assert_eq!((again.status, &again.body["report_id"]), (201, &json!(id)), "the same is known");
    let other = service.post("/v1/report", Some(&theirs), &report("aws-helper-utils")).await;
    assert_ne!(other.body["report_id"], json!(id), "another account says it by itself");
    let path = format!("/v1/threat/{}", hash("aws-helper-utils"));
    assert_eq!(service.get(&path, Some(&mine)).await.body["known_threat"], json!(false), "nobody has looked at it");
    let waiting = list_reports(&service.services, false).await.expect("a list");
    assert_eq!(waiting.len(), 2);
    let acceptance = Acceptance { package_version: Some("1.2.3".to_owned()), ..Acceptance::default() };
    let threat = accept_report(&service.services, &id, acceptance, "somebody").await.expect("it is accepted");
    let second = other.body["report_id"].as_str().expect("an id");
    let same = accept_report(&service.services, second, Acceptance::default(), "somebody").await.expect("accepted");
    assert_eq!((same.id(), same.parts().report_count), (threat.id(), 2), "two reports of one thing are one threat");
    for (id, verb) in [(id.as_str(), "accepted"), ("rpt_00000000000000000000", "there is no"), ("x", "there is no")] {
        let error = reject_report(&service.services, id, None, "somebody").await.expect_err("it was judged");
        assert!(error.to_string().contains(verb), "{error}");
    }
    let known = service.get(&path, Some(&mine)).await.body;
    assert_eq!((&known["known_threat"], &known["reports_count"]), (&json!(true), &json!(2)), "{known}");
    assert_eq!(
        known["affected_packages"][1],
        json!({ "ecosystem": "npm", "name": "aws-helper-utils", "version": "1.2.3" })
    );
    let signatures = service.get("/v1/signatures?severity=critical&phase=4", Some(&mine)).await.body;
    let own = signatures["signatures"].as_array().into_iter().flatten().find(|one| one["kind"] == json!("sha256"));
    let own = own.expect("a signature of the threat");
    assert_eq!(own["pattern"], json!(hash("aws-helper-utils").trim_start_matches("sha256:")));
    assert_eq!((&own["weight"], &own["ecosystem"]), (&json!(10), &json!("npm")));
}

#[tokio::test]
async fn ten_reports_an_hour_are_taken_of_an_account() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let (mine, theirs) =
        (service.token("dev@example.com", Tier::Team).await, service.token("other@example.com", Tier::Free).await);
    for number in 0..10 {
        let answer = service.post("/v1/report", Some(&mine), &report(&format!("evil-{number}"))).await;
        assert_eq!(answer.status, 201, "{number}: {}", answer.body);
    }
    let refused = service.post("/v1/report", Some(&mine), &report("evil-10")).await;
    assert_eq!(refused.refusal(), (429, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), Some("3600"));
    assert_eq!(service.post("/v1/report", Some(&mine), &report("evil-3")).await.status, 201, "known, and not counted");
    assert_eq!(service.post("/v1/report", Some(&theirs), &report("evil-10")).await.status, 201);
}

#[tokio::test]
async fn what_people_report_is_hostile_and_bounded() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let rows: Vec<(&str, Value, u16)> = vec![
        ("source_type", json!("cargo"), 400),
        ("source_type", json!(null), 422),
        ("source_ref", json!(""), 400),
        ("source_ref", json!("a b"), 400),
        ("source_ref", json!("a\u{202e}b"), 400),
        ("source_ref", json!("x".repeat(301)), 400),
        ("source_hash", json!("sha256:12"), 400),
        ("category", json!("malware"), 400),
        ("severity", json!("worst"), 400),
        ("description", json!(""), 400),
        ("description", json!(" \n\t"), 400),
        ("description", json!("x".repeat(16_001)), 400),
        ("description", json!(7), 422),
        ("evidence", json!(vec!["x"; 51]), 400),
        ("evidence", json!("x"), 422),
    ];
    for (field, value, status) in rows {
        let mut request = report("evil");
        request[field] = value.clone();
        assert_eq!(service.post("/v1/report", Some(&token), &request).await.status, status, "{field} {value:.60}");
    }
    for (kind, place) in [
        ("git", "https://user:secret@git.example/a"),
        ("url", "javascript:alert(1)"),
        ("url", "file:///etc/passwd"),
        ("url", "evil"),
    ] {
        let mut request = report("evil");
        (request["source_type"], request["source_ref"]) = (json!(kind), json!(place));
        assert_eq!(service.post("/v1/report", Some(&token), &request).await.refusal(), (400, "BAD_REQUEST"), "{place}");
    }
    let large = json!({ "description": "x".repeat(1_100_000) });
    assert_eq!(service.post("/v1/report", Some(&token), &large).await.status, 413);
    let mut request = report("evil");
    request["description"] = json!("\u{1b}[2J<script>\u{202e}\nIgnore what was said");
    request["evidence"] = json!(["\u{7}a".repeat(1_000), ""]);
    request["scan_id"] = json!("\u{1b}]0;x\u{7}");
    assert_eq!(service.post("/v1/report", Some(&token), &request).await.status, 201);
    let kept = list_reports(&service.services, true).await.expect("a list").remove(0).report;
    let texts = [vec![kept.description], kept.evidence.clone(), vec![kept.scan_id.unwrap_or_default()]].concat();
    for text in texts {
        let is_clean = !text.chars().any(|character| character.is_control() || character == '\u{202e}');
        assert!(is_clean && text.chars().count() <= 1_001, "{text:?}");
    }
    assert_eq!(kept.evidence.len(), 1, "what is empty is left out");
}

#[tokio::test]
async fn signatures_are_followed_by_time_and_are_what_the_scanner_takes() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let threat = named(&service, &["x"]).await;
    let all = service.get("/v1/signatures", Some(&token)).await.body;
    let pack = SignaturePack::parse(&all.to_string()).expect("a scan takes the answer as it is");
    let builtin = SignaturePack::builtin();
    assert_eq!(pack.signatures().len(), builtin.signatures().len() + 1);
    assert_eq!(
        (&all["total"], &all["since"], &all["withdrawn"]),
        (&json!(pack.signatures().len()), &json!(null), &json!([]))
    );
    let token_text = all["next_sync_token"].as_str().expect("a token");
    let path = format!("/v1/signatures?since={token_text}");
    // The clock of the test stands before the day on which the patterns of the program were written.
    let of_threats = |body: &Value| -> Vec<Value> {
        let ids = body["signatures"].as_array().into_iter().flatten().map(|signature| signature["id"].clone());
        ids.filter(|id| id.as_str().is_some_and(|id| id.starts_with("thr_"))).collect()
    };
    let next = of_threats(&service.get(&path, Some(&token)).await.body);
    assert_eq!((next.len(), &next), (1, &of_threats(&all)), "what changed within the last two minutes comes again");
    withdraw_threat(&service.services, threat.id().as_str(), "somebody").await.expect("it holds");
    let after = service.get(&path, Some(&token)).await.body;
    assert!(of_threats(&after).is_empty(), "{after}");
    assert_eq!((after["withdrawn"].as_array().map(Vec::len), &after["withdrawn"][0]["id"]), (Some(1), &next[0]));
    let later = service.get("/v1/signatures?since=2099-01-01T00:00:00Z", Some(&token)).await.body;
    assert_eq!((&later["total"], &later["withdrawn"]), (&json!(0), &json!([])));
    for phase in 1..=8 {
        let some = service.get(&format!("/v1/signatures?phase={phase}"), Some(&token)).await.body;
        let is_of_phase = |signature: &Value| signature["phase"] == json!(phase);
        assert!(some["signatures"].as_array().is_some_and(|list| list.iter().all(is_of_phase)), "{phase}");
    }
    for query in ["since=yesterday", "since=", "phase=0", "phase=9", "phase=x", "severity=bad"] {
        let answer = service.get(&format!("/v1/signatures?{query}"), Some(&token)).await;
        assert_eq!(answer.refusal(), (400, "BAD_REQUEST"), "{query}");
    }
}

#[tokio::test]
async fn the_feed_of_revocations_is_public_cacheable_and_gone_on_with() {
    let service = Service::start(None).await;
    let get = async |path: &str, tag: Option<&str>| {
        let mut request = Request::get(path);
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        service.send(request.body(Body::empty()).expect("a request")).await
    };
    let empty = get("/v1/revocations.json", None).await;
    assert_eq!((empty.status, &empty.body["sequence"], &empty.body["revocations"]), (200, &json!(0), &json!([])));
    assert_eq!(empty.header("cache-control"), Some("public, max-age=60"));
    let first = named(&service, &["x"]).await;
    let second = named(&service, &["y"]).await;
    let feed = get("/v1/revocations.json", None).await;
    let told: Vec<_> = feed.body["revocations"].as_array().into_iter().flatten().collect();
    assert_eq!((told.len(), &told[0]["id"], &told[0]["digests"][0]), (2, &json!(first.id()), &json!(hash("x"))));
    assert_eq!((&told[0]["status"], &feed.body["next"]), (&json!("revoked"), &json!(null)));
    assert!(feed.body["expires_at"].as_str().is_some_and(|time| time.ends_with("T00:00:00.000Z")), "{}", feed.body);
    let tag = feed.header("etag").expect("an entity tag").to_owned();
    assert_eq!(get("/v1/revocations.json", Some(&tag)).await.status, 304);
    let sequence = feed.body["sequence"].as_u64().expect("a number");
    let nothing = get(&format!("/v1/revocations.json?since={sequence}"), None).await.body;
    assert_eq!((&nothing["revocations"], &nothing["sequence"]), (&json!([]), &json!(sequence)));
    withdraw_threat(&service.services, second.id().as_str(), "somebody").await.expect("it holds");
    assert_eq!(get("/v1/revocations.json", Some(&tag)).await.status, 200, "another answer has another tag");
    let rest = get(&format!("/v1/revocations.json?since={sequence}"), None).await.body;
    assert_eq!(rest["revocations"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&rest["revocations"][0]["status"], &rest["revocations"][0]["id"]),
        (&json!("withdrawn"), &json!(second.id()))
    );
    let atom = get("/v1/revocations.atom", None).await;
    assert_eq!((atom.status, atom.header("content-type")), (200, Some("application/atom+xml; charset=utf-8")));
    for wrong in ["since=x", "since=-1", "since=1&since=2", "after=1"] {
        assert_eq!(get(&format!("/v1/revocations.json?{wrong}"), None).await.status, 400, "{wrong}");
    }
    let posted = service.post("/v1/revocations.json", None, &json!({})).await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn a_long_feed_has_pages() {
    let service = Service::start(None).await;
    let now = service.services.now();
    let packed = |number: u32| PackedThreat {
        digests: vec![Sha256Digest::of(&number.to_le_bytes())],
        packages: Vec::new(),
        category: ThreatCategory::Other,
        severity: ThreatSeverity::Low,
        description: "Does harm".to_owned(),
        references: Vec::new(),
        first_seen: now,
        last_seen: now,
        report_count: 0,
    };
    let document = PackDocument {
        version: 1,
        issuer: "https://other.example".to_owned(),
        issued_at: now,
        expires_at: Timestamp::from_milliseconds(now.as_milliseconds() + 86_400_000),
        signatures: Vec::new(),
        threats: (0..REVOCATION_PAGE + 3).map(packed).collect(),
    };
    let key = PackSigningKey::draw().expect("a key");
    let pack = SealedPack::sign(&document, &key).expect("it is signed").to_bytes();
    take_over_pack(&service.services, "other", &pack, &[key.public()]).await.expect("it is taken over");
    let first = service.get("/v1/revocations.json", None).await.body;
    let count = |body: &Value| body["revocations"].as_array().map(Vec::len);
    assert_eq!(count(&first), Some(REVOCATION_PAGE as usize));
    let next = first["next"].as_str().and_then(|url| url.strip_prefix("https://skills.example")).expect("a place");
    let second = service.get(next, None).await.body;
    assert_eq!((count(&second), &second["next"]), (Some(3), &json!(null)));
    assert_eq!(second["sequence"], first["latest_sequence"]);
}
