//! Answers: JSON bodies and problems, with the headers that each needs.

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::api::Problem;
use crate::skill::Sha256Digest;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A body that can be given again, with its entity tag.
#[derive(Debug, Clone)]
pub(super) struct KeptAnswer {
    pub body: Bytes,
    pub content_type: HeaderValue,
    pub entity_tag: HeaderValue,
    pub cache_control: HeaderValue,
}

impl KeptAnswer {
    /// Keeps `body`; the entity tag is a digest of it, so that equal answers have equal tags
    /// on every node.
    pub fn new(body: Bytes, content_type: HeaderValue, cache_control: HeaderValue) -> Self {
        let mut digest = Sha256Digest::of(&body).to_hex();
        digest.truncate(32);
        let entity_tag = HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { body, content_type, entity_tag, cache_control }
    }

    /// Answers a request: without a body where the client has it already.
    pub fn respond(&self, request: &HeaderMap) -> Response<Body> {
        let is_held = request.get(IF_NONE_MATCH).is_some_and(|held| matches(held, &self.entity_tag));
        let mut response = Response::new(if is_held { Body::empty() } else { Body::from(self.body.clone()) });
        if is_held {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.reserve(6);
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(ETAG, self.entity_tag.clone());
        headers.insert(CACHE_CONTROL, self.cache_control.clone());
        response
    }
}

/// Compares as `If-None-Match` does: weakly, against each tag of a list, or `*`.
fn matches(held: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(held), Ok(tag)) = (held.to_str(), tag.to_str()) else { return false };
    held.split(',').map(|item| item.trim()).any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag)
}

/// Answers with JSON that must not be kept.
pub(super) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers with a problem in the contract's envelope.
pub(super) fn problem(problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let envelope = serde_json::to_value(problem.envelope()).unwrap_or_default();
    let mut response = json(status, &envelope);
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_compared_weakly_and_in_lists() {
        let tag = HeaderValue::from_static("\"abc\"");
        for (held, expected) in [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("*", true),
            ("\"ab\"", false),
            ("abc", false),
        ] {
            assert_eq!(matches(&HeaderValue::from_str(held).expect("a header"), &tag), expected, "{held}");
        }
    }
}
