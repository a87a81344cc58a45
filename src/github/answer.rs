//! What an answer is made of, read within bounds.

use reqwest::Response;
use reqwest::header::{ETAG, HeaderMap, LINK, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::GithubError;
use super::limit::LimitHeaders;
use super::link::Pages;
use crate::skill::sanitise_line;

/// Bytes of an answer. A page of a hundred repositories has some six hundred thousand.
const BODY_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of an entity tag that is worth keeping.
const TAG_BYTES: usize = 200;

/// What the API answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// What was known is still so; it cost nothing.
    NotModified,
    /// There is nothing there (404, 410, 451), or nothing that is shown.
    Gone,
    /// It is there, and has nothing in it (204, 409).
    Empty,
    /// It is too much to be told (403, without a limit).
    Withheld {
        /// What was said, sanitised.
        reason: String,
    },
    /// Something.
    Content(Content),
}

/// A body with what its headers say.
#[derive(Debug)]
pub(super) struct Content {
    /// What stands for it the next time.
    pub entity_tag: Option<String>,
    /// Pages that it names.
    pub pages: Pages,
    body: Vec<u8>,
}

impl Content {
    pub(super) fn new(headers: &HeaderMap, body: Vec<u8>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let entity_tag = text(ETAG).filter(|tag| tag.len() <= TAG_BYTES).map(str::to_owned);
        Self { entity_tag, pages: text(LINK).map(Pages::parse).unwrap_or_default(), body }
    }

    /// Reads the body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, GithubError> {
        serde_json::from_slice(&self.body).map_err(|error| nonsense(&error.to_string()))
    }
}

pub(super) fn limit_headers(headers: &HeaderMap) -> LimitHeaders {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    LimitHeaders {
        remaining: text("x-ratelimit-remaining").and_then(|value| value.parse().ok()),
        reset: text("x-ratelimit-reset").and_then(|value| value.parse().ok()),
        retry_after: text(RETRY_AFTER.as_str()).and_then(|value| value.parse().ok()),
    }
}

/// Reads a body that may only be so long.
pub(super) async fn read_body(response: &mut Response) -> Result<Vec<u8>, GithubError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(nonsense(&format!("it is longer than {BODY_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// Returns what an answer that refuses says.
pub(super) fn message_of(body: &[u8]) -> String {
    serde_json::from_slice::<Message>(body).map(|read| sanitise_line(&read.message, 200)).unwrap_or_default()
}

pub(super) fn nonsense(reason: &str) -> GithubError {
    GithubError::Nonsense { reason: sanitise_line(reason, 200) }
}

/// Tells what failed without the URL.
pub(super) fn unanswered(error: reqwest::Error) -> GithubError {
    let what = if error.is_connect() { "it cannot be reached" } else { "it broke off" };
    let error = error.without_url();
    let bottom = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source()).last();
    let reason = bottom.map(ToString::to_string).unwrap_or_default();
    GithubError::Unanswered { reason: sanitise_line(&format!("{what}: {reason}"), 200) }
}
