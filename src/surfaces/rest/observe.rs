//! What every answer carries, and what the log says of it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Response};
use axum::middleware::Next;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const VERSION: HeaderName = HeaderName::from_static("x-touchmark-version");
const PROGRAM_VERSION: HeaderValue = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
const CONTENT_TYPE_OPTIONS: HeaderName = HeaderName::from_static("x-content-type-options");

/// Gives every answer its id and the program's version, and logs it.
pub(super) async fn observe(request: Request, next: Next) -> Response<Body> {
    let id = request_id(&request);
    let started = Instant::now();
    // The line is made only where somebody reads it: formatting costs more than an answer.
    let logged =
        tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), request.uri().path().to_owned()));
    let mut response = next.run(request).await;
    if response.status().is_server_error() {
        tracing::warn!(request_id = ?id, status = response.status().as_u16(), "a request failed");
    }
    if let Some((method, path)) = logged {
        let elapsed_us = started.elapsed().as_micros() as u64;
        tracing::debug!(%method, path, status = response.status().as_u16(), elapsed_us, request_id = ?id, "answered");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(VERSION, PROGRAM_VERSION);
    headers.insert(CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Takes the client's id where it is one, else makes one: unique in this process, and across
/// processes by a random start.
fn request_id(request: &Request) -> HeaderValue {
    static COUNTER: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(uuid::Uuid::new_v4().as_u64_pair().0));
    let is_plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty()
            && bytes.len() <= 64
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if let Some(given) = request.headers().get(REQUEST_ID).filter(is_plain) {
        return given.clone();
    }
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    HeaderValue::try_from(format!("{number:016x}")).unwrap_or(HeaderValue::from_static("unknown"))
}
