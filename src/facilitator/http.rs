//! A facilitator that is asked over HTTP.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

use super::answer;
use super::{ChainReader, Timeouts};
use crate::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement, Verified};

/// Bytes of an answer. One of the protocol has some hundred.
const ANSWER_BYTES: usize = 64 * 1024;
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A facilitator that is asked over HTTP: `POST /verify` and `POST /settle` below its URL
/// (x402 specification v2, section 7).
///
/// To `/verify`, an answer of the 400s that speaks the protocol refuses the payment; so does one
/// that says nothing, unless its status is about this service (401, 403, 404, 405, 407, 408,
/// 429). To `/settle`, only a code about the payment itself refuses it, without a transaction:
/// whatever else fails there may have moved the money. The 500s, redirects, nonsense and silence
/// are an outage.
pub struct HttpFacilitator {
    client: Client,
    base: Url,
    timeouts: Timeouts,
    reader: Option<ChainReader>,
}

/// The address may hold a key, and is told by its host alone.
impl fmt::Debug for HttpFacilitator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("HttpFacilitator");
        debug.field("host", &self.base.host_str()).field("reader", &self.reader).finish_non_exhaustive()
    }
}

/// Why a facilitator cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpFacilitatorError {
    /// The URL is none.
    #[error("it is no URL of a facilitator: expected http:// or https:// and a host")]
    Url,
    /// There is no client to ask with.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

impl HttpFacilitator {
    /// Makes a facilitator of the service at `url`; nothing is asked yet.
    ///
    /// # Errors
    /// Fails where the URL is none.
    pub fn new(url: &str, timeouts: Timeouts) -> Result<Self, HttpFacilitatorError> {
        let base = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let base = base.ok_or(HttpFacilitatorError::Url)?;
        let client = Client::builder()
            .user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            // A payment goes to the address that was chosen, and to no other.
            .redirect(Policy::none());
        let is_here = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let client = if is_here { client.no_proxy() } else { client };
        Ok(Self { client: client.build()?, base, timeouts, reader: None })
    }

    /// Lets it look on the chain for what became of a settlement that was never answered.
    #[must_use]
    pub fn with_reader(mut self, reader: ChainReader) -> Self {
        self.reader = Some(reader);
        self
    }

    async fn ask(
        &self,
        path: &str,
        timeout: Duration,
        request: &FacilitatorRequest,
    ) -> Result<(StatusCode, Vec<u8>), FacilitatorFailure> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let answer = async {
            let mut response = self.client.post(url).json(request).send().await.map_err(failed)?;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(failed)? {
                if body.len() + chunk.len() > ANSWER_BYTES {
                    return Err(unavailable(format!("its answer to /{path} is longer than {ANSWER_BYTES} bytes")));
                }
                body.extend_from_slice(&chunk);
            }
            Ok((response.status(), body))
        };
        let late = || unavailable(format!("no answer to /{path} within {} ms", timeout.as_millis()));
        tokio::time::timeout(timeout, answer).await.map_err(|_| late())?
    }
}

#[async_trait]
impl Facilitator for HttpFacilitator {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<Verified, FacilitatorFailure> {
        let (status, body) = self.ask("verify", self.timeouts.verify, request).await?;
        answer::verified(request, status, &body)
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<Settled, FacilitatorFailure> {
        let (status, body) = self.ask("settle", self.timeouts.settle, request).await?;
        answer::settled(request, status, &body)
    }

    async fn settlement(&self, request: &FacilitatorRequest) -> Settlement {
        match &self.reader {
            Some(reader) => reader.settlement(request).await,
            None => Settlement::Unknown,
        }
    }
}

fn unavailable(detail: String) -> FacilitatorFailure {
    FacilitatorFailure::Unavailable { detail, status: None }
}

/// Tells what failed without the URL, which may hold a key.
fn failed(error: reqwest::Error) -> FacilitatorFailure {
    let what = if error.is_connect() { "cannot be reached" } else { "broke off" };
    let error = error.without_url();
    let bottom = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source()).last();
    let reason: String = bottom.map(ToString::to_string).unwrap_or_default().chars().take(200).collect();
    unavailable(format!("it {what}: {reason}"))
}
