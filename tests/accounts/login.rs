use axum::body::Body;
use serde_json::json;
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;
use touchmark::operations::accounts::{set_account_disabled, set_account_tier};

use super::service::{PASSWORD, Service};

#[tokio::test]
async fn somebody_registers_logs_in_and_is_known() {
    let service = Service::start(Some(AccountsConfig::Open)).await;
    let request = json!({ "email": "Dev@Example.com", "password": PASSWORD, "name": "Jane\u{202e} Dev\n" });
    let made = service.post("/v1/auth/register", None, &request).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        (&made.body["email"], &made.body["name"], &made.body["tier"]),
        (&json!("dev@example.com"), &json!("Jane\\u{202e} Dev"), &json!("free"))
    );
    assert!(made.body["id"].as_str().is_some_and(|id| id.starts_with("usr_")));
    let again = service.post("/v1/auth/register", None, &request).await;
    assert_eq!(again.refusal(), (409, "CONFLICT"));
    assert_eq!(again.body["status"], 409, "the envelope says the status");
    let login = json!({ "email": "DEV@example.com", "password": PASSWORD });
    let answer = service.post("/v1/auth/login", None, &login).await;
    assert_eq!((answer.status, &answer.body["token_type"]), (200, &json!("bearer")));
    assert_eq!((&answer.body["expires_in"], &answer.body["user"]["id"]), (&json!(3600), &made.body["id"]));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let token = answer.body["access_token"].as_str().expect("a token");
    let me = service.get("/v1/auth/me", Some(token)).await;
    assert_eq!((me.status, &me.body["id"], &me.body["scan_count"]), (200, &made.body["id"], &json!(0)));
    assert_eq!((me.header("x-ratelimit-limit"), me.header("x-ratelimit-remaining")), (Some("30"), Some("29")));
    assert!(!me.body.to_string().contains("hash"), "{}", me.body);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_with_the_status_of_the_contract() {
    let service = Service::start(Some(AccountsConfig::Open)).await;
    let rows = [
        (json!({ "email": "dev", "password": PASSWORD }), (400, "BAD_REQUEST")),
        (json!({ "email": "dev@example.com", "password": "short" }), (400, "BAD_REQUEST")),
        (json!({ "email": "dev@example.com", "password": "x".repeat(1_025) }), (400, "BAD_REQUEST")),
        (json!({ "email": "dev@example.com" }), (422, "VALIDATION_ERROR")),
        (json!({ "password": PASSWORD }), (422, "VALIDATION_ERROR")),
        (json!({ "email": 7, "password": PASSWORD }), (422, "VALIDATION_ERROR")),
        (json!([]), (422, "VALIDATION_ERROR")),
    ];
    for (request, expected) in rows {
        assert_eq!(service.post("/v1/auth/register", None, &request).await.refusal(), expected, "{request}");
    }
    for (body, expected) in [("", 400), ("{", 400), ("\u{0}", 400), (&*"[".repeat(100_000), 400)] {
        let answer = service.call("POST", "/v1/auth/register", None, Body::from(body.to_owned())).await;
        assert_eq!(answer.status, expected, "{:.20}", body);
    }
    let large = service.call("POST", "/v1/auth/login", None, Body::from("x".repeat(1_048_577))).await;
    assert_eq!(large.refusal(), (413, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test]
async fn a_closed_instance_lets_in_who_its_operator_made_and_one_without_accounts_nobody() {
    let closed = Service::start(Some(AccountsConfig::Closed)).await;
    let request = json!({ "email": "dev@example.com", "password": PASSWORD });
    assert_eq!(closed.post("/v1/auth/register", None, &request).await.refusal(), (403, "FORBIDDEN"));
    let token = closed.token("dev@example.com", Tier::Pro).await;
    assert_eq!(closed.get("/v1/auth/me", Some(&token)).await.body["tier"], "pro");
    let off = Service::start(None).await;
    for (method, path) in [("POST", "/v1/auth/register"), ("POST", "/v1/auth/login"), ("GET", "/v1/auth/me")] {
        assert_eq!(off.call(method, path, None, Body::from("{}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike_and_not_for_ever() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    service.account("dev@example.com", Tier::Free).await;
    let try_with = async |email: &str, password: &str| {
        service.post("/v1/auth/login", None, &json!({ "email": email, "password": password })).await
    };
    let wrong = try_with("dev@example.com", "wrong horse battery").await;
    let unknown = try_with("nobody@example.com", "wrong horse battery").await;
    let none = try_with("not an address", "wrong horse battery").await;
    assert_eq!(wrong.refusal(), (401, "UNAUTHORIZED"));
    assert_eq!((&wrong.body, &wrong.body), (&unknown.body, &none.body));
    for _ in 0..9 {
        assert_eq!(try_with("dev@example.com", "wrong horse battery").await.status, 401);
    }
    let limited = try_with("dev@example.com", PASSWORD).await;
    assert_eq!(limited.refusal(), (429, "RATE_LIMITED"), "ten attempts were made, right or not");
    assert!(limited.header("retry-after").is_some());
    assert_eq!(try_with("other@example.com", "wrong horse battery").await.status, 401, "another account");
}

#[tokio::test]
async fn a_locked_account_is_nobodys_at_once() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let key = service.post("/v1/auth/keys", Some(&token), &json!({ "name": "ci" })).await;
    let key = key.body["key"].as_str().expect("a key").to_owned();
    assert_eq!(service.get("/v1/auth/me", Some(&key)).await.status, 200);
    set_account_tier(&service.services, "dev@example.com", Tier::Team).await.expect("it is set");
    assert_eq!(service.get("/v1/auth/me", Some(&key)).await.body["tier"], "team");
    set_account_disabled(&service.services, "dev@example.com", true).await.expect("it is locked");
    for credential in [&token, &key] {
        assert_eq!(service.get("/v1/auth/me", Some(credential)).await.refusal(), (401, "UNAUTHORIZED"));
    }
    let login = json!({ "email": "dev@example.com", "password": PASSWORD });
    assert_eq!(service.post("/v1/auth/login", None, &login).await.status, 401);
    set_account_disabled(&service.services, "dev@example.com", false).await.expect("it is opened");
    assert_eq!(service.get("/v1/auth/me", Some(&token)).await.status, 401, "its sessions ended");
    assert_eq!(service.get("/v1/auth/me", Some(&key)).await.status, 200, "its keys are good again");
}
