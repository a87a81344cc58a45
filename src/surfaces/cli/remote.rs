//! A server that is asked over REST. What it answers is not trusted more than a skill.

use std::error::Error;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::backend::Answer;
use super::paint::line;
use super::purse::{Asked, Purse, is_this_machine};
use super::remote_error::RemoteError;
use super::remote_payment;
use crate::operations::{Method, Operation, register};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request may take in all.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer: the largest SKILL.md with every byte escaped.
const ANSWER_BYTES: usize = 128 * 1024 * 1024;
/// Characters of an answer that is no JSON which a message repeats.
const SHOWN_CHARACTERS: usize = 200;

/// A server that is asked over REST.
#[derive(Debug, Clone)]
pub(super) struct RemoteServer {
    client: Client,
    base: Url,
    purse: Purse,
}

/// An answer as it came.
pub(super) struct RawAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl RemoteServer {
    /// Makes a client for the server at `url`; nothing is sent yet.
    ///
    /// # Errors
    /// Fails where the URL is none.
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        let failure = |reason: String| RemoteError::Address { url: line(url, SHOWN_CHARACTERS), reason };
        let mut base = Url::parse(url.trim()).map_err(|error| failure(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(failure("it does not begin with http:// or https://".to_owned()));
        }
        base.set_query(None);
        base.set_fragment(None);
        let mut client = Client::builder()
            .user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            // A redirect would turn a POST into a GET, and could lead to a place nobody chose.
            .redirect(Policy::none());
        if is_this_machine(&base) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| failure(cause(&error)))?;
        Ok(Self { client, base, purse: Purse::Closed })
    }

    /// Lets it be paid.
    pub fn with_purse(self, purse: Purse) -> Self {
        Self { purse, ..self }
    }

    /// Returns the address, without a password.
    pub fn address(&self) -> String {
        let mut shown = self.base.clone();
        let _ = shown.set_password(None);
        let _ = shown.set_username("");
        shown.as_str().trim_end_matches('/').to_owned()
    }

    /// Asks for the operation `O`.
    ///
    /// # Errors
    /// Fails where the server refuses, does not answer, or answers something else.
    pub async fn ask<O>(&self, request: &O::Request) -> Result<Answer<O::Response>, RemoteError>
    where
        O: Operation,
        O::Request: Serialize,
        O::Response: DeserializeOwned,
    {
        let request = serde_json::to_value(request).unwrap_or_default();
        let mut answer = self.send(self.request::<O>(&request)).await?;
        if let Some(challenge) = remote_payment::challenge(&answer) {
            let context = Asked { server: self.address(), base: &self.base, answer: &answer };
            let payment = self.purse.pay(&challenge, &context)?;
            answer = remote_payment::send(self, &payment, || self.request::<O>(&request)).await?;
        }
        let RawAnswer { status, body, .. } = answer;
        if !status.is_success() {
            return Err(self.refused(status, body));
        }
        match serde_json::from_str(&body) {
            Ok(value) => Ok(Answer { body, value }),
            Err(error) => Err(self
                .foreign(status, &format!("{error}; its version may be another than {}", env!("CARGO_PKG_VERSION")))),
        }
    }

    /// Sends a request and reads the whole answer, whatever it is but a way to elsewhere.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<RawAnswer, RemoteError> {
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_redirection() {
            let location = headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
            return Err(RemoteError::Redirect { server: self.address(), location: line(location, SHOWN_CHARACTERS) });
        }
        Ok(RawAnswer { status, headers, body: self.read(response).await? })
    }

    fn request<O: Operation>(&self, request: &Value) -> RequestBuilder {
        let binding = register()
            .into_iter()
            .find(|operation| operation.name == O::NAME && operation.rest.is_some())
            .and_then(|operation| operation.rest);
        let binding = binding.expect("every command that asks a server asks for an operation of the REST API");
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), binding.path));
        match binding.method {
            Method::Post => self.client.post(url).json(request),
            Method::Get => {
                for (name, value) in request.as_object().into_iter().flatten() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    url.query_pairs_mut().append_pair(name, &text);
                }
                self.client.get(url)
            }
        }
    }

    /// Reads a body that is not larger than an answer can be.
    async fn read(&self, mut response: Response) -> Result<String, RemoteError> {
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + chunk.len() > ANSWER_BYTES {
                return Err(self.foreign(status, &format!("the answer is longer than {ANSWER_BYTES} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| self.foreign(status, "the answer is not UTF-8"))
    }

    fn refused(&self, status: StatusCode, body: String) -> RemoteError {
        let envelope: Value = serde_json::from_str(&body).unwrap_or_default();
        let error = &envelope["error"];
        match (error["code"].as_str(), error["message"].as_str()) {
            (Some(code), Some(message)) => RemoteError::Refused {
                code: line(code, SHOWN_CHARACTERS),
                message: line(message, 2_000),
                retry_after_seconds: error["retry_after_seconds"].as_u64(),
                body,
            },
            _ if body.trim().is_empty() => self.foreign(status, "the answer is empty"),
            _ => self.foreign(status, &body),
        }
    }

    fn foreign(&self, status: StatusCode, reason: &str) -> RemoteError {
        RemoteError::Foreign { server: self.address(), status, reason: line(reason, SHOWN_CHARACTERS) }
    }

    fn failed(&self, error: &reqwest::Error) -> RemoteError {
        let server = self.address();
        if error.is_timeout() {
            let seconds = if error.is_connect() { CONNECT_TIMEOUT } else { TIMEOUT }.as_secs();
            return RemoteError::Timeout { server, seconds };
        }
        let is_refusal = causes(error)
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
        if is_refusal {
            RemoteError::Refusal { server }
        } else {
            RemoteError::Unreachable { server, reason: line(&cause(error), SHOWN_CHARACTERS) }
        }
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// Returns what is at the bottom of an error: the layers above only say that sending failed.
fn cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{DiscoverSkills, VerifySkill};

    #[test]
    fn only_http_addresses_are_asked() {
        for url in ["localhost:7080", "ftp://host", "", "http://", "\u{1b}[31m"] {
            let error = RemoteServer::new(url).expect_err(url).to_string();
            assert!(error.contains("http://127.0.0.1:7080") && !error.contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn requests_go_where_the_register_says() {
        let server = RemoteServer::new("http://user:secret@host.example/below/?x=1#y").expect("a URL");
        let post = server.request::<DiscoverSkills>(&serde_json::json!({"query": "x"})).build().expect("a request");
        assert_eq!((post.method().as_str(), post.url().path(), post.url().query()), ("POST", "/below/discover", None));
        let get =
            server.request::<VerifySkill>(&serde_json::json!({"content_hash": "a&b"})).build().expect("a request");
        assert_eq!(
            (get.method().as_str(), get.url().path(), get.url().query()),
            ("GET", "/below/verify", Some("content_hash=a%26b"))
        );
        assert_eq!(server.address(), "http://host.example/below");
    }

    #[test]
    fn refusals_are_told_with_code_and_message() {
        let server = RemoteServer::new("http://host.example").expect("a URL");
        let body = r#"{"error":{"code":"RATE_LIMITED","message":"too many\u001b[2J","is_retriable":true,"retry_after_seconds":7}}"#;
        let told = |status, body: &str| server.refused(status, body.to_owned()).to_string();
        assert_eq!(
            told(StatusCode::TOO_MANY_REQUESTS, body),
            "too many\\u{1b}[2J (RATE_LIMITED, try again in 7 seconds)"
        );
        assert_eq!(
            told(StatusCode::BAD_GATEWAY, "<html>"),
            "http://host.example answered 502 Bad Gateway and not as a Touchmark server does: <html>"
        );
    }
}
