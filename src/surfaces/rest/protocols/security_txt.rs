//! `/.well-known/security.txt` (RFC 9116).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response};

use super::super::answer::KeptAnswer;
use super::content::{CACHE_CONTROL, public};
use crate::skill::Timestamp;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Days for which it is good, beyond the one on which it is asked for. The standard recommends
/// less than a year; whoever asks again gets a new one.
const DAYS: i64 = 30;

/// Answers with how to reach whoever runs the service at `public_url`. It changes at midnight
/// UTC and not before, so that its entity tag holds for a day.
pub(super) fn respond(contact: &str, public_url: &str, now: Timestamp, request: &HeaderMap) -> Response<Body> {
    let body = security_txt(contact, public_url, now);
    let media_type = HeaderValue::from_static("text/plain; charset=utf-8");
    public(KeptAnswer::new(body.into(), media_type, CACHE_CONTROL).respond(request))
}

fn security_txt(contact: &str, public_url: &str, now: Timestamp) -> String {
    let midnight = (now.as_milliseconds() / DAY_MS + 1 + DAYS) * DAY_MS;
    let expires = Timestamp::from_milliseconds(midnight);
    format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {public_url}/.well-known/security.txt\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_a_contact_and_expires_in_a_month() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let text = security_txt("mailto:security@skills.example", "https://skills.example", at("2026-06-12T09:30:00Z"));
        assert_eq!(
            text,
            "Contact: mailto:security@skills.example\nExpires: 2026-07-13T00:00:00.000Z\nPreferred-Languages: en\nCanonical: https://skills.example/.well-known/security.txt\n"
        );
        assert_eq!(
            text,
            security_txt("mailto:security@skills.example", "https://skills.example", at("2026-06-12T23:59:59Z"))
        );
    }
}
