//! Whose a scan is: each endpoint as its owner, as others, and as nobody.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use touchmark::account::{Role, Tier};
use touchmark::config::AccountsConfig;

use super::service::{Answer, Service};

/// Uploads bytes as a file of this name.
pub async fn upload(service: &Service, token: Option<&str>, name: &str, bytes: &[u8]) -> Answer {
    let mut request = Request::post("/api/scans")
        .header("content-type", "application/octet-stream")
        .header("content-disposition", format!("attachment; filename*=UTF-8''{name}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    service.send(request.body(Body::from(bytes.to_vec())).expect("a request")).await
}

async fn key(service: &Service, token: &str, scopes: Value) -> (String, String) {
    let made = service.post("/v1/auth/keys", Some(token), &json!({ "name": "ci", "scopes": scopes })).await;
    let text = |name: &str| made.body[name].as_str().expect("a text").to_owned();
    (text("key"), text("id"))
}

/// Who asks with what, and what they get: see where the rows are.
type Row<'a> = (&'a str, Option<&'a str>, u16, Option<u64>, u16, u16, usize);

#[tokio::test]
async fn a_scan_is_its_owners_and_their_teams_and_nobody_elses() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let mut tokens = Vec::new();
    for name in ["owner", "mate", "admin", "auditor", "other", "rival"] {
        tokens.push(service.token(&format!("{name}@example.com"), Tier::Team).await);
    }
    let members = [("admin", Role::Owner), ("owner", Role::Member), ("mate", Role::Member), ("auditor", Role::Auditor)];
    service.team("ours", &members).await;
    service.team("theirs", &[("rival", Role::Owner)]).await;
    let [owner, mate, admin, auditor, other, rival] = tokens.try_into().expect("six tokens");
    let (reader, _) = key(&service, &owner, json!(["scans:read"])).await;
    let (writer, _) = key(&service, &owner, json!(["scans:write"])).await;
    let (revoked, id) = key(&service, &owner, json!(["scans:read", "scans:write"])).await;
    assert_eq!(service.delete(&format!("/v1/auth/keys/{id}"), Some(&owner)).await.status, 200);

    let skill = json!({ "target": "skill:00000000-0000-5000-8000-000000000000" });
    let submitted = service.post("/v1/scans", Some(&owner), &skill).await;
    assert_eq!(submitted.status, 202, "{}", submitted.body);
    let target = format!("/v1/scans/{}", submitted.body["id"].as_str().expect("an id"));
    let mut files = Vec::new();
    for name in ["a.txt", "b.txt", "c.txt", "d.txt"] {
        let answer = upload(&service, Some(&owner), name, b"hello").await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        files.push(format!("/api/scans/{}", answer.body["scanId"].as_str().expect("an id")));
    }

    // Who asks; what they get of one scan, how many files their list has, what they get for a new
    // scan and for deleting a file, and which.
    let rows: [Row<'_>; 10] = [
        ("nobody", None, 401, None, 401, 401, 0),
        ("a revoked key", Some(&revoked), 401, None, 401, 401, 0),
        ("somebody else", Some(&other), 404, Some(0), 202, 404, 0),
        ("another team", Some(&rival), 404, Some(0), 202, 404, 0),
        ("a key that only writes", Some(&writer), 403, None, 202, 200, 1),
        ("a key that only reads", Some(&reader), 200, Some(3), 403, 403, 0),
        ("somebody of the team", Some(&mate), 200, Some(3), 202, 403, 0),
        ("an auditor of the team", Some(&auditor), 200, Some(3), 403, 403, 0),
        ("who manages the team", Some(&admin), 200, Some(3), 202, 200, 2),
        ("its owner", Some(&owner), 200, Some(2), 202, 200, 3),
    ];
    for (who, token, shown, listed, made, deleted, file) in rows {
        for path in [&target, &files[0]] {
            assert_eq!(service.get(path, token).await.status, shown, "{who}: {path}");
        }
        let events = Request::get(format!("{target}/events"));
        let events =
            token.iter().fold(events, |request, token| request.header("authorization", format!("Bearer {token}")));
        let opened = service.open(events.body(Body::empty()).expect("a request")).await;
        assert_eq!(opened.status().as_u16(), shown, "{who}: events");
        let list = service.get("/api/scans?search=.txt", token).await;
        assert_eq!(list.body["total"].as_u64(), listed, "{who}: {}", list.body);
        let history = service.get("/v1/scans", token).await;
        assert_eq!(history.status, if listed.is_some() { 200 } else { shown }, "{who}: {}", history.body);
        assert_eq!(service.post("/v1/scans", token, &skill).await.status, made, "{who}: a target");
        assert_eq!(upload(&service, token, "new.bin", b"new").await.status, made, "{who}: a file");
        assert_eq!(service.delete(&files[file], token).await.status, deleted, "{who}: deletes");
        if deleted == 200 {
            assert_eq!(service.get(&files[file], Some(&owner)).await.status, 404, "{who}: it is gone");
        }
    }
}

#[tokio::test]
async fn targets_need_the_tier_that_the_document_says() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let free = service.token("dev@example.com", Tier::Free).await;
    let target = json!({ "target": "github:owner/repository" });
    let refused = service.post("/v1/scans", Some(&free), &target).await;
    assert_eq!(refused.refusal(), (403, "forbidden"), "{}", refused.body);
    assert_eq!(service.get("/v1/scans", Some(&free)).await.status, 403);
    assert_eq!(upload(&service, Some(&free), "a.txt", b"a").await.status, 403);
    assert_eq!(service.get("/api/scans", Some(&free)).await.status, 200);
}
