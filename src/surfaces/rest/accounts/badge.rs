//! Badges: a picture and its twin for programs, for everybody who was given the id.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

use super::super::{Rest, answer};
use super::envelope::refuse;
use crate::api::accounts::Refusal;
use crate::operations::accounts::{Envelope, draw_badge, read_badge};

/// Where badges are: an id, and `.svg` or `.json`.
pub(super) const PATH: &str = "/badge/{name}";

const SVG: HeaderValue = HeaderValue::from_static("image/svg+xml; charset=utf-8");
/// A badge that is opened by itself is a document: it may load and run nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'");
const CROSS_ORIGIN: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));

/// Answers with a badge.
pub(super) async fn show(State(rest): State<Rest>, Path(name): Path<String>) -> Response<Body> {
    let (id, is_picture) = match name.rsplit_once('.') {
        Some((id, "svg")) => (id, true),
        Some((id, "json")) => (id, false),
        _ => return refuse(Envelope::Detail, &Refusal::not_found("badge")),
    };
    let badge = match read_badge(rest.services(), id).await {
        Ok(badge) => badge,
        Err(refusal) => return refuse(Envelope::Detail, &refusal),
    };
    let mut response = if is_picture {
        let mut response = Response::new(Body::from(draw_badge(&badge.view)));
        response.headers_mut().insert(CONTENT_TYPE, SVG);
        response
    } else {
        answer::json(StatusCode::OK, &serde_json::to_value(&badge.view).unwrap_or_default())
    };
    let headers = response.headers_mut();
    let kept = format!("public, max-age={}, must-revalidate", badge.kept_seconds);
    headers.insert(CACHE_CONTROL, HeaderValue::try_from(kept).expect("digits are a header"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CROSS_ORIGIN.0, CROSS_ORIGIN.1);
    response
}
