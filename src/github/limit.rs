//! What the API says of its limits.
//!
//! See "Rate limits for the REST API" in GitHub's documentation: a primary limit in the headers
//! `x-ratelimit-*` for each resource, and secondary limits that are told by a 403 or 429, with
//! `retry-after` or without.

use std::time::Duration;

use crate::skill::{Timestamp, sanitise_line};

/// How long to wait after a secondary limit that says nothing: at least a minute, and longer
/// each time.
const SECONDARY: Duration = Duration::from_secs(60);
/// The longest wait for any limit. The primary one starts anew each hour.
const LONGEST: Duration = Duration::from_secs(3_600);
/// How long nothing is sent after a token was refused.
pub(super) const REFUSED_TOKEN: Duration = Duration::from_secs(600);

/// The headers of an answer that tell of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LimitHeaders {
    /// Requests that are left (`x-ratelimit-remaining`).
    pub remaining: Option<u64>,
    /// When the limit starts anew, in seconds since 1970 (`x-ratelimit-reset`).
    pub reset: Option<i64>,
    /// Seconds to wait (`retry-after`).
    pub retry_after: Option<u64>,
}

/// What an answer says of limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing stands in the way.
    Free,
    /// This one was answered, and the next will not be.
    Last {
        /// When the limit starts anew.
        until: Timestamp,
    },
    /// This one was refused since the limit of its resource is used up.
    Primary {
        /// When it starts anew.
        until: Timestamp,
    },
    /// This one was refused, as everything will be.
    Secondary {
        /// When it may be asked again.
        until: Timestamp,
        /// What was said, sanitised.
        reason: String,
    },
}

/// Reads what an answer says of limits. `refusals` counts the secondary limits in a row before
/// this one.
pub(super) fn read(status: u16, headers: LimitHeaders, message: &str, refusals: u32, now: Timestamp) -> Limit {
    let is_used_up = headers.remaining == Some(0);
    let reset = headers.reset.map(|seconds| bounded(seconds.saturating_mul(1_000), now));
    if !matches!(status, 403 | 429) {
        return match reset {
            Some(until) if is_used_up && (200..400).contains(&status) => Limit::Last { until },
            _ => Limit::Free,
        };
    }
    let reason = || sanitise_line(message, 200);
    if let Some(seconds) = headers.retry_after {
        return Limit::Secondary { until: after(now, Duration::from_secs(seconds)), reason: reason() };
    }
    if let (true, Some(until)) = (is_used_up, reset) {
        return Limit::Primary { until };
    }
    let lower = message.to_lowercase();
    if status == 429 || ["rate limit", "abuse"].iter().any(|words| lower.contains(words)) {
        let wait = SECONDARY.saturating_mul(2_u32.saturating_pow(refusals.min(10)));
        return Limit::Secondary { until: after(now, wait), reason: reason() };
    }
    Limit::Free
}

/// Returns the time that lies so far ahead, at least a second and at most an hour.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = wait.clamp(Duration::from_secs(1), LONGEST);
    Timestamp::from_milliseconds(now.as_milliseconds().saturating_add(wait.as_millis() as i64))
}

/// Holds a time that the host told, in milliseconds since 1970, within what can be: its clock may be another one.
fn bounded(then_ms: i64, now: Timestamp) -> Timestamp {
    let ahead = u64::try_from(then_ms.saturating_sub(now.as_milliseconds())).unwrap_or(0);
    after(now, Duration::from_millis(ahead))
}
