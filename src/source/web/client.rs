//! One request: checked, sent, followed and read within bounds.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use url::Url;

use super::resolver::{CheckedResolver, Lookup, PrivateName, system_lookup};
use super::{Reach, Trust, WebError};
use crate::source::error::shown;

/// Redirects that one request follows.
const REDIRECTS: usize = 5;
/// How long a connection may take (design rule for requests to named hosts).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a header's value that are kept.
const HEADER_BYTES: usize = 1_024;

/// How far one request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Limits {
    /// Bytes of the answer's body.
    pub(in crate::source) body_bytes: u64,
    /// From the first connection to the last byte, redirects included.
    pub(in crate::source) time: Duration,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(in crate::source) struct WebRequest {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl WebRequest {
    /// Asks for what stands at a URL.
    pub(in crate::source) fn get(url: Url, accept: &'static str) -> Self {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        Self { method: Method::GET, url, headers, body: None }
    }

    /// Sends a JSON document. A redirect of it is not followed.
    pub(in crate::source) fn post_json(url: Url, accept: &'static str, body: Vec<u8>) -> Self {
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept)), (CONTENT_TYPE, json)]);
        Self { method: Method::POST, url, headers, body: Some(body) }
    }

    /// Adds a header; one whose value cannot stand in a request is left out.
    pub(in crate::source) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// What was answered, with any status.
#[derive(Debug, Clone)]
pub(in crate::source) struct Answer {
    /// The status; redirects were followed.
    pub(in crate::source) status: u16,
    /// Where the answer came from in the end.
    pub(in crate::source) url: Url,
    /// The body, whole.
    pub(in crate::source) body: Vec<u8>,
    headers: HeaderMap,
}

impl Answer {
    /// Returns a header as text, unless it is unreasonably long.
    pub(in crate::source) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().filter(|value| value.len() <= HEADER_BYTES)
    }

    /// Returns what the host wants to hear to answer "nothing changed" (RFC 9110, section 8.8.3).
    pub(in crate::source) fn entity_tag(&self) -> Option<&str> {
        self.header(&ETAG)
    }

    /// Returns how long the host asks to be left alone, where it says so in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.header(&RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs)
    }
}

/// An HTTP client for hosts that strangers name.
#[derive(Debug, Clone)]
pub(in crate::source) struct WebClient {
    client: Client,
    reach: Reach,
    trust: Trust,
}

impl WebClient {
    /// Makes a client; nothing is asked yet.
    ///
    /// # Errors
    /// Fails where the system has no roots of trust, for one.
    pub(in crate::source) fn new(reach: Reach) -> Result<Self, WebError> {
        Self::with_lookup(reach, system_lookup())
    }

    /// Makes a client that may also reach what the operator named, wherever that is.
    ///
    /// # Errors
    /// As [`WebClient::new`].
    pub(in crate::source) fn trusting(reach: Reach, trust: Trust) -> Result<Self, WebError> {
        Self::with_trust(reach, trust, system_lookup())
    }

    pub(super) fn with_lookup(reach: Reach, lookup: Lookup) -> Result<Self, WebError> {
        Self::with_trust(reach, Trust::default(), lookup)
    }

    pub(super) fn with_trust(reach: Reach, trust: Trust, lookup: Lookup) -> Result<Self, WebError> {
        let client = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(CheckedResolver { reach, trust: trust.clone(), lookup }))
            .build()
            .map_err(|error| WebError::Unreachable(shown(&format!("there is no HTTP client: {error}"))))?;
        Ok(Self { client, reach, trust })
    }

    /// Sends a request, follows where it is sent on, and reads the answer, whatever its status.
    ///
    /// # Errors
    /// Fails where the request may not be sent, nobody answers, or the answer is beyond the
    /// limits.
    pub(in crate::source) async fn send(&self, request: WebRequest, limits: Limits) -> Result<Answer, WebError> {
        let mut body = Vec::new();
        let mut keep = |chunk: &[u8]| {
            body.extend_from_slice(chunk);
            Ok(())
        };
        let answer = self.download(request, limits, &mut keep).await?;
        Ok(Answer { body, ..answer })
    }

    /// Sends a request, follows nothing and reads no body: returns the status, and after how many
    /// seconds the host wants to be asked again (`Retry-After`, RFC 9110, section 10.2.3), where
    /// it says so as a number.
    ///
    /// # Errors
    /// Fails where the request may not be sent, or nobody answers in time.
    pub(in crate::source) async fn status(
        &self,
        request: WebRequest,
        time: Duration,
    ) -> Result<(u16, Option<u64>), WebError> {
        self.check(&request.url)?;
        let mut builder = self.client.request(request.method, request.url).headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let sent = tokio::time::timeout(time, builder.send()).await.map_err(|_| WebError::TooSlow(time.as_secs()))?;
        let answer = sent.map_err(|error| failure(&error))?;
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Ok((answer.status().as_u16(), seconds))
    }

    /// Does the same, and hands the body on as it comes; that of the answer is empty.
    ///
    /// # Errors
    /// As [`WebClient::send`], and where `take` fails.
    pub(in crate::source) async fn download(
        &self,
        request: WebRequest,
        limits: Limits,
        take: &mut (dyn FnMut(&[u8]) -> Result<(), WebError> + Send),
    ) -> Result<Answer, WebError> {
        let seconds = limits.time.as_secs();
        let asked = self.follow(request, limits.body_bytes, take);
        tokio::time::timeout(limits.time, asked).await.unwrap_or(Err(WebError::TooSlow(seconds)))
    }

    fn check(&self, url: &Url) -> Result<(), WebError> {
        if self.trust.covers(url)? { Ok(()) } else { self.reach.check(url) }
    }

    async fn follow(
        &self,
        request: WebRequest,
        body_bytes: u64,
        take: &mut (dyn FnMut(&[u8]) -> Result<(), WebError> + Send),
    ) -> Result<Answer, WebError> {
        let origin = request.url.origin();
        let mut url = request.url;
        let mut headers = request.headers;
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            if url.origin() != origin {
                headers.remove(AUTHORIZATION);
            }
            let mut builder = self.client.request(request.method.clone(), url.clone()).headers(headers.clone());
            if let Some(body) = &request.body {
                builder = builder.body(body.clone());
            }
            let response = builder.send().await.map_err(|error| failure(&error))?;
            let status = response.status();
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return read(response, url, body_bytes, take).await;
            }
            if request.method != Method::GET {
                return Err(WebError::Refused("the host sends the request on to another place".to_owned()));
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| url.join(location).ok());
            url = next.ok_or_else(|| WebError::Unreachable("the host sends the request on to no URL".to_owned()))?;
        }
        Err(WebError::Refused(format!("the host sends the request on more than {REDIRECTS} times")))
    }
}

async fn read(
    mut response: reqwest::Response,
    url: Url,
    body_bytes: u64,
    take: &mut (dyn FnMut(&[u8]) -> Result<(), WebError> + Send),
) -> Result<Answer, WebError> {
    if response.content_length().is_some_and(|length| length > body_bytes) {
        return Err(WebError::TooLarge(body_bytes));
    }
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut read_bytes = 0_u64;
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        read_bytes += chunk.len() as u64;
        if read_bytes > body_bytes {
            return Err(WebError::TooLarge(body_bytes));
        }
        take(&chunk)?;
    }
    Ok(Answer { status, url, body: Vec::new(), headers })
}

/// Says what went wrong in the words of the innermost cause; the outer ones repeat the URL.
fn failure(error: &reqwest::Error) -> WebError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.is::<PrivateName>() {
        return WebError::Refused(PrivateName.to_string());
    }
    let what = if error.is_connect() { "cannot connect" } else { "the answer broke off" };
    WebError::Unreachable(shown(&format!("{what}: {cause}")))
}
