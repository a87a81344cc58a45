//! The public routes of certificates of packages: no account is needed.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::get;
use serde::Serialize;

use super::Rest;
use super::answer;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::packages::{package_statistics, show_certificate, verify_certificate};

/// Adds the routes. The name of a package may have a slash, written as it is or as `%2F`, so
/// that the path is taken apart here.
pub(super) fn add_routes(router: Router<Rest>) -> Router<Rest> {
    router
        .route("/api/v1/public/packages/stats", get(statistics).fallback(method_not_allowed))
        .route("/api/v1/public/packages/{*release}", get(release).fallback(method_not_allowed))
}

/// Answers a method that these paths do not take, in the envelope of their document.
async fn method_not_allowed() -> Response<Body> {
    let refusal = Refusal::new(RefusalCode::BadRequest, "this path takes GET, HEAD");
    let mut body = serde_json::to_value(refusal.cloud_envelope()).unwrap_or_default();
    let status = StatusCode::METHOD_NOT_ALLOWED;
    body["error"]["status"] = status.as_u16().into();
    let mut response = answer::json(status, &body);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

async fn statistics(State(rest): State<Rest>) -> Response<Body> {
    respond(package_statistics(rest.services()).await)
}

async fn release(State(rest): State<Rest>, Path(path): Path<String>) -> Response<Body> {
    let parts: Vec<&str> = path.split('/').collect();
    let (is_verification, parts) = match parts.as_slice() {
        // A release of the version `verify` there is none of: no version is called so.
        [rest @ .., "verify"] if rest.len() >= 3 => (true, rest),
        all => (false, all),
    };
    let [registry, name @ .., version] = parts else { return respond::<()>(Err(Refusal::not_found("path"))) };
    if name.is_empty() || name.len() > 2 {
        return respond::<()>(Err(Refusal::not_found("path")));
    }
    let (services, name) = (rest.services(), name.join("/"));
    if is_verification {
        respond(verify_certificate(services, registry, &name, version).await)
    } else {
        respond(show_certificate(services, registry, &name, version).await)
    }
}

/// Answers with a view, or with a refusal in its envelope.
pub(super) fn respond<T: Serialize>(outcome: Result<T, Refusal>) -> Response<Body> {
    let answered = outcome.and_then(|view| serde_json::to_value(view).map_err(|_| Refusal::internal()));
    match answered {
        Ok(value) => answer::json(StatusCode::OK, &value),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            answer::json(status, &serde_json::to_value(refusal.cloud_envelope()).unwrap_or_default())
        }
    }
}
