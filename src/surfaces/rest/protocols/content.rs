//! Answers that pages of any origin may read, and bytes that no browser shows as a page.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
};
use axum::http::{HeaderMap, HeaderValue, Response};
use serde_json::Value;

use super::super::answer::KeptAnswer;
use crate::operations::ServedContent;

/// How long an index and an artifact may be kept: as long as an answer of `/verify`, so that a
/// skill that was blocked is gone from caches within five minutes.
pub(super) const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Answers with JSON that anyone may read and keep.
pub(super) fn public_json(value: &Value, request: &HeaderMap) -> Response<Body> {
    let body = Bytes::from(value.to_string());
    public(KeptAnswer::new(body, HeaderValue::from_static("application/json"), CACHE_CONTROL).respond(request))
}

/// Answers with bytes of an author.
pub(super) fn authors_bytes(content: ServedContent, request: &HeaderMap) -> Response<Body> {
    let media_type = HeaderValue::from_static(content.media_type);
    let mut response = public(KeptAnswer::new(Bytes::from(content.bytes), media_type, CACHE_CONTROL).respond(request));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    response
}

/// Lets pages of every origin read an answer. None of these knows who asks.
pub(in super::super) fn public(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Link"));
    response
}
