use axum::body::Body;
use axum::http::Request;
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;
use touchmark::operations::accounts::{Access, AccountMethod, register_account_operations};

use super::service::Service;

/// Every operation that needs somebody, with a path that could be.
fn guarded() -> Vec<(&'static str, String)> {
    let needs = |access| matches!(access, Access::Holder { .. });
    register_account_operations()
        .into_iter()
        .filter(|operation| needs(operation.access))
        .map(|operation| {
            let method = match operation.binding.method {
                AccountMethod::Get => "GET",
                AccountMethod::Post => "POST",
                AccountMethod::Put => "PUT",
                AccountMethod::Delete => "DELETE",
            };
            (method, filled(operation.binding.path))
        })
        .collect()
}

/// Puts something that could be there in the place of each part of a path.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "key_00000000000000000000".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn nobody_gets_in_without_a_credential_that_is_good() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let key = format!("sk_live_{}", "0".repeat(52));
    let rows: Vec<(&str, Vec<(&str, String)>)> = vec![
        ("nothing", vec![]),
        ("an empty header", vec![("authorization", String::new())]),
        ("a scheme alone", vec![("authorization", "Bearer".to_owned())]),
        ("another scheme", vec![("authorization", format!("Basic {token}"))]),
        ("no scheme", vec![("authorization", token.clone())]),
        (
            "two tokens",
            vec![("authorization", format!("Bearer {token}")), ("authorization", format!("Bearer {token}"))],
        ),
        ("a token as a key", vec![("x-api-key", token.clone())]),
        ("an unknown key", vec![("x-api-key", key.clone())]),
        ("a token and another key", vec![("authorization", format!("Bearer {token}")), ("x-api-key", key.clone())]),
        ("half a key", vec![("authorization", "Bearer sk_live_0123".to_owned())]),
        ("a token with a tail", vec![("authorization", format!("Bearer {token}x"))]),
        ("two tokens in one", vec![("authorization", format!("Bearer {token} {token}"))]),
        ("a query", vec![]),
    ];
    for (method, path) in guarded() {
        for (name, headers) in &rows {
            let path = if *name == "a query" { format!("{path}?access_token={token}") } else { path.clone() };
            let mut request = Request::builder().method(method).uri(&path);
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            let answer = service.send(request.body(Body::from("{}")).expect("a request")).await;
            let (status, code) = answer.refusal();
            assert_eq!((status, &*code.to_uppercase()), (401, "UNAUTHORIZED"), "{name}: {method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[tokio::test]
async fn a_tier_has_so_many_requests_in_a_minute_whatever_they_are_made_with() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    for left in (0..30).rev() {
        let answer = service.get("/v1/auth/me", Some(&token)).await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some(&*left.to_string())));
    }
    let limited = service.get("/v1/auth/me", Some(&token)).await;
    assert_eq!(limited.refusal(), (429, "RATE_LIMITED"));
    assert!(limited.header("retry-after").is_some() && limited.header("x-ratelimit-reset").is_some());
    let again = service.log_in("dev@example.com").await;
    assert_eq!(service.get("/v1/auth/me", Some(&again)).await.status, 429, "another token of the same account");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let answer = service.delete("/v1/auth/me", None).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}
