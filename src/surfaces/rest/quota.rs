//! How the discovery quota stands, in headers.
//!
//! `X-RateLimit-*` as the contract and most services write them, with the reset as seconds
//! since 1970; `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers-11
//! (May 2026), with the reset as seconds from now. No partition key: it would tell an address.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::operations::Quota;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Seconds of a day.
const DAY_SECONDS: u32 = 86_400;

/// Adds the headers to an answer.
pub(super) fn add_headers(headers: &mut HeaderMap, quota: &Quota) {
    let reset_at = u64::try_from(quota.reset_at.as_milliseconds() / 1_000).unwrap_or(0);
    headers.reserve(5);
    headers.insert(LIMIT, quota.limit.into());
    headers.insert(REMAINING, quota.remaining.into());
    headers.insert(RESET, reset_at.into());
    let policy = format!("\"discovery\";q={};w={DAY_SECONDS}", quota.limit);
    let state = format!("\"discovery\";r={};t={}", quota.remaining, quota.reset_seconds);
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
