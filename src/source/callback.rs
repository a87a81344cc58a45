//! Messages to URLs that customers name.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::error::shown;
use super::web::{Reach, WebClient, WebError, WebRequest};

/// Bytes of a URL that is taken.
const URL_BYTES: usize = 2_048;
/// How long a receiver may take from the first connection to its status (design rule for
/// requests to named hosts).
const TIME: Duration = Duration::from_secs(10);

/// A URL that messages may be sent to, as far as its text tells: the addresses of its name are
/// checked at every attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingUrl(Url);

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Nothing may be sent there.
    #[error("{0}")]
    Refused(String),
    /// Nobody answered in time.
    #[error("{0}")]
    Unreachable(String),
}

impl From<WebError> for CallbackError {
    fn from(error: WebError) -> Self {
        match error {
            WebError::Refused(reason) => Self::Refused(reason),
            error => Self::Unreachable(shown(&error.to_string())),
        }
    }
}

impl OutgoingUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// Fails where it is none, holds credentials or a fragment, or leads where nobody may go.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, CallbackError> {
        if text.len() > URL_BYTES || text.chars().any(|character| character.is_control() || character == ' ') {
            return Err(CallbackError::Refused("it is too long, or holds spaces or control characters".to_owned()));
        }
        let url = Url::parse(text).map_err(|error| CallbackError::Refused(format!("it is no URL: {error}")))?;
        reach.check(&url)?;
        if url.fragment().is_some() {
            return Err(CallbackError::Refused("it has a fragment, which no request carries".to_owned()));
        }
        Ok(Self(url))
    }

    /// Returns its host as it is asked for.
    pub fn host(&self) -> Option<&str> {
        self.0.host_str()
    }

    /// Tells whether it names another port than that of its scheme.
    pub fn has_port(&self) -> bool {
        self.0.port().is_some()
    }

    /// Returns the URL as it is asked for.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What a receiver says to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// The status.
    pub status: u16,
    /// After how many seconds it wants to be asked again, where it says so as a number.
    pub retry_after_seconds: Option<u64>,
}

/// Sends messages: to public addresses only, without redirects, proxies and cookies, within ten
/// seconds. What a receiver says beside its status is not read.
#[derive(Debug, Clone)]
pub struct CallbackClient {
    client: WebClient,
}

impl CallbackClient {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// Fails where the system has no TLS.
    pub fn new(reach: Reach) -> Result<Self, CallbackError> {
        Ok(Self { client: WebClient::new(reach)? })
    }

    /// Sends a JSON document with these headers, and returns what the receiver says.
    ///
    /// # Errors
    /// Fails where the URL may not be asked, or nobody answers.
    pub async fn post(
        &self,
        url: &OutgoingUrl,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<CallbackAnswer, CallbackError> {
        let mut request = WebRequest::post_json(url.0.clone(), "*/*", body);
        for (name, value) in headers {
            HeaderValue::from_str(value).map_err(|_| CallbackError::Refused(format!("{name} is no header")))?;
            request = request.header(HeaderName::from_static(name), value);
        }
        let (status, retry_after_seconds) = self.client.status(request, TIME).await?;
        Ok(CallbackAnswer { status, retry_after_seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::station::{Reply, Station};
    use crate::source::web::hostile::HOSTILE;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    }

    #[test]
    fn hostile_urls_are_no_callbacks_and_what_is_left_leads_nowhere() {
        let canary = Station::start(|_| Reply::ok("text/plain", "heard"));
        let client = CallbackClient::new(Reach::Public).expect("a client");
        let mut refused = 0;
        for url in HOSTILE {
            let url = url.replace("PORT", &canary.port().to_string());
            if OutgoingUrl::parse(&url, Reach::Public).is_ok() {
                // Names are told apart when they are resolved, for which `web` has its own tests.
                assert!(url.to_lowercase().contains(".example"), "{url:?}");
                continue;
            }
            refused += 1;
            // Whoever would hand over one that was not checked is refused by the client as well.
            let Ok(unchecked) = Url::parse(&url) else { continue };
            if Reach::Public.check(&unchecked).is_err() {
                let sent = runtime().block_on(client.post(&OutgoingUrl(unchecked), &[], b"{}".to_vec()));
                assert!(matches!(sent, Err(CallbackError::Refused(_))), "{url:?}: {sent:?}");
            }
        }
        assert!(refused >= 200, "{refused}");
        assert_eq!(canary.requests().len(), 0);
    }

    #[test]
    fn a_receiver_hears_the_message_once_and_sends_nobody_on() {
        let station = Station::start(|request| match request.path.as_str() {
            "/on" => Reply::redirect(302, "/elsewhere"),
            "/same" => Reply::redirect(307, "/elsewhere"),
            "/endless" => Reply::Endless,
            "/down" => Reply::status(503),
            "/later" => Reply::status(429).with("retry-after", "120"),
            "/date" => Reply::status(503).with("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"),
            _ => Reply::ok("text/plain", "thanks"),
        });
        let client = CallbackClient::new(Reach::ThisMachine).expect("a client");
        let post = |path: &str| {
            let url = OutgoingUrl::parse(&station.url(path), Reach::ThisMachine).expect("a URL");
            runtime().block_on(client.post(&url, &[("webhook-id", "msg_1".to_owned())], b"{}".to_vec()))
        };
        let rows = [
            ("/", 200, None),
            ("/on", 302, None),
            ("/same", 307, None),
            ("/endless", 200, None),
            ("/down", 503, None),
            ("/later", 429, Some(120)),
            ("/date", 503, None),
        ];
        for (path, status, retry_after_seconds) in rows {
            assert_eq!(post(path), Ok(CallbackAnswer { status, retry_after_seconds }), "{path}");
        }
        let heard = station.requests();
        assert!(heard.iter().all(|request| request.path != "/elsewhere"));
        assert_eq!((heard[0].header("webhook-id").as_deref(), heard[0].body.as_slice()), (Some("msg_1"), &b"{}"[..]));
        assert!(heard.iter().all(|request| request.header("authorization").is_none()));
    }
}
