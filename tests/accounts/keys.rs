use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;

use super::service::Service;

#[tokio::test]
async fn a_key_is_shown_once_and_does_what_it_is_for_until_it_is_revoked() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let request = json!({ "name": "ci\u{1b}[31m", "scopes": ["account:read", "scans:read", "account:read"] });
    let made = service.post("/v1/auth/keys", Some(&token), &request).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("ci\\u{1b}[31m")), "{}", made.body);
    assert_eq!(made.body["scopes"], json!(["account:read", "scans:read"]));
    let key = made.body["key"].as_str().expect("a key").to_owned();
    let listed = service.get("/v1/auth/keys", Some(&token)).await.body;
    assert_eq!(listed["keys"].as_array().map(Vec::len), Some(1));
    assert!(!listed.to_string().contains(&key), "a list never shows a key");
    assert_eq!(service.get("/v1/auth/me", Some(&key)).await.status, 200);
    let header = Request::get("/v1/auth/me").header("x-api-key", &key).body(Body::empty()).expect("a request");
    assert_eq!(service.send(header).await.status, 200);
    // What only somebody who logged in may do.
    for (method, path) in [("GET", "/v1/auth/keys"), ("POST", "/v1/auth/keys")] {
        let answer = service.call(method, path, Some(&key), Body::from(json!({ "name": "more" }).to_string())).await;
        assert_eq!(answer.refusal(), (403, "FORBIDDEN"), "{method}");
    }
    let path = format!("/v1/auth/keys/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(service.delete(&path, Some(&key)).await.status, 403, "a key revokes none, not even itself");
    assert_eq!(service.delete(&path, Some(&token)).await.status, 200);
    assert_eq!(service.delete(&path, Some(&token)).await.refusal(), (404, "NOT_FOUND"));
    assert_eq!(service.get("/v1/auth/me", Some(&key)).await.refusal(), (401, "UNAUTHORIZED"));
    assert_ne!(service.get("/v1/auth/keys", Some(&token)).await.body["keys"][0]["revoked_at"], Value::Null);
}

#[tokio::test]
async fn somebody_elses_keys_are_not_there() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let (mine, theirs) =
        (service.token("dev@example.com", Tier::Team).await, service.token("other@example.com", Tier::Team).await);
    let made = service.post("/v1/auth/keys", Some(&mine), &json!({ "name": "ci" })).await;
    let path = format!("/v1/auth/keys/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(service.get("/v1/auth/keys", Some(&theirs)).await.body["keys"], json!([]));
    let foreign = service.delete(&path, Some(&theirs)).await;
    let unknown = service.delete("/v1/auth/keys/key_00000000000000000000", Some(&theirs)).await;
    assert_eq!((foreign.status, &foreign.body), (404, &unknown.body), "nobody learns that there is such a key");
    let key = made.body["key"].as_str().expect("a key");
    assert_eq!(service.get("/v1/auth/me", Some(key)).await.status, 200);
}

#[tokio::test]
async fn keys_that_cannot_be_are_refused() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let rows = [
        (json!({}), 422),
        (json!({ "name": "" }), 400),
        (json!({ "name": " \n\t " }), 400),
        (json!({ "name": "ci", "scopes": [] }), 400),
        (json!({ "name": "ci", "scopes": ["everything"] }), 400),
        (json!({ "name": "ci", "scopes": ["account:manage"] }), 400),
        (json!({ "name": "ci", "scopes": "scans:read" }), 422),
    ];
    for (request, expected) in rows {
        assert_eq!(service.post("/v1/auth/keys", Some(&token), &request).await.status, expected, "{request}");
    }
}
