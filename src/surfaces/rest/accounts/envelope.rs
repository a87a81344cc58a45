//! Answers and refusals, with the headers that each needs.

use axum::body::Body;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::super::answer;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::Rate;
use crate::operations::accounts::{AccountAnswer, AccountBinding, Envelope};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Answers a call.
pub(super) fn respond(binding: &AccountBinding, answered: AccountAnswer) -> Response<Body> {
    let mut response = match answered.outcome {
        Ok(value) => answer::json(StatusCode::from_u16(binding.success).unwrap_or(StatusCode::OK), &value),
        Err(refusal) => refuse(binding.envelope, &refusal),
    };
    if let Some(rate) = &answered.rate {
        add_rate(response.headers_mut(), rate);
    }
    response
}

/// Answers with a refusal, in the envelope of the document.
pub(super) fn refuse(envelope: Envelope, refusal: &Refusal) -> Response<Body> {
    let body = match envelope {
        Envelope::Detail => serde_json::to_value(refusal.detail_envelope()),
        Envelope::Cloud => serde_json::to_value(refusal.cloud_envelope()),
    };
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = answer::json(status, &body.unwrap_or_default());
    let headers = response.headers_mut();
    if let Some(seconds) = refusal.retry_after_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.code == RefusalCode::Unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Answers a method that a path does not take.
pub(super) fn method_not_allowed(envelope: Envelope, allowed: &str) -> Response<Body> {
    let mut response = refuse(envelope, &Refusal::new(RefusalCode::BadRequest, format!("this path takes {allowed}")));
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

pub(super) fn add_rate(headers: &mut HeaderMap, rate: &Rate) {
    headers.insert(LIMIT, HeaderValue::from(rate.limit));
    headers.insert(REMAINING, HeaderValue::from(rate.remaining));
    headers.insert(RESET, HeaderValue::from(rate.reset_at.as_milliseconds().div_euclid(1_000)));
}
