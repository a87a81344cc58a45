//! The requests for one source, one after the other, for whoever waits.

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::{Answer, Limits, Reach, Trust, WebClient, WebError, WebRequest};
use crate::source::ReadBounds;
use crate::source::error::shown;

/// How long one request may take.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// How often a request is sent again to a host that asks for patience.
const PATIENCE: usize = 3;
/// How long one wait may be that a host asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// The requests for one source, within one time and one number of bytes.
pub(in crate::source) struct Session {
    /// Taken when the session ends.
    runtime: Option<Runtime>,
    client: WebClient,
    deadline: Instant,
    seconds: u64,
    bytes_left: u64,
    byte_limit: u64,
}

impl Session {
    /// Begins with what a source at `url` may reach.
    ///
    /// # Errors
    /// Fails where the system gives no thread or no client.
    pub(in crate::source) fn open(url: &Url, bounds: &ReadBounds) -> Result<Self, WebError> {
        Self::with_client(WebClient::new(Reach::of_source(url))?, bounds)
    }

    /// Begins with what anybody may reach, and what the operator named.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub(in crate::source) fn trusting(trust: Trust, bounds: &ReadBounds) -> Result<Self, WebError> {
        Self::with_client(WebClient::trusting(Reach::Public, trust)?, bounds)
    }

    pub(super) fn with_client(client: WebClient, bounds: &ReadBounds) -> Result<Self, WebError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| WebError::Unreachable(shown(&format!("there is no thread: {error}"))))?;
        let now = Instant::now();
        // A time that the clock cannot tell is a day.
        let deadline = now.checked_add(bounds.fetch_time).unwrap_or(now + Duration::from_secs(86_400));
        Ok(Self {
            runtime: Some(runtime),
            client,
            deadline,
            seconds: bounds.fetch_time.as_secs(),
            bytes_left: bounds.fetch_bytes,
            byte_limit: bounds.fetch_bytes,
        })
    }

    /// Tells whether the time of the session is over.
    pub(in crate::source) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Sends a request and returns its answer, whatever its status. A host that asks for
    /// patience in seconds gets it, within the time of the session.
    ///
    /// # Errors
    /// As [`WebClient::send`], and where the session's time or bytes are used up.
    pub(in crate::source) fn send(&mut self, request: &WebRequest, body_bytes: u64) -> Result<Answer, WebError> {
        let mut is_patient = PATIENCE;
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(WebError::TooSlow(self.seconds));
            }
            let limit = body_bytes.min(self.bytes_left);
            let limits = Limits { body_bytes: limit, time: left.min(REQUEST_TIME) };
            let runtime = self.runtime.as_ref().expect("the runtime is there until the session ends");
            let answer = runtime.block_on(self.client.send(request.clone(), limits)).map_err(|error| match error {
                WebError::TooLarge(_) if limit < body_bytes => WebError::TooLarge(self.byte_limit),
                error => error,
            })?;
            self.bytes_left -= answer.body.len() as u64;
            let wait = answer.retry_after().filter(|_| matches!(answer.status, 429 | 503));
            let Some(wait) = wait.filter(|wait| is_patient > 0 && *wait <= LONGEST_WAIT) else { return Ok(answer) };
            is_patient -= 1;
            let left = self.deadline.saturating_duration_since(Instant::now());
            if wait >= left {
                return Ok(answer);
            }
            std::thread::sleep(wait);
        }
    }

    /// Asks for a file, which must be there, and hands its bytes on as they come. It may take as
    /// long as the session has left.
    ///
    /// # Errors
    /// As [`Session::fetch`], and where `take` fails. What was handed on until then is no file.
    pub(in crate::source) fn download(
        &mut self,
        request: &WebRequest,
        body_bytes: u64,
        take: &mut (dyn FnMut(&[u8]) -> Result<(), WebError> + Send),
    ) -> Result<Answer, WebError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(WebError::TooSlow(self.seconds));
        }
        let limits = Limits { body_bytes: body_bytes.min(self.bytes_left), time: left };
        let mut taken = 0;
        let mut counted = |chunk: &[u8]| {
            taken += chunk.len() as u64;
            take(chunk)
        };
        let runtime = self.runtime.as_ref().expect("the runtime is there until the session ends");
        let answer = runtime.block_on(self.client.download(request.clone(), limits, &mut counted))?;
        self.bytes_left = self.bytes_left.saturating_sub(taken);
        if answer.status == 200 { Ok(answer) } else { Err(WebError::Status(answer.status)) }
    }

    /// Sends a request whose answer must be a success.
    ///
    /// # Errors
    /// As [`Session::send`], and where the host answers with another status than 200.
    pub(in crate::source) fn fetch(&mut self, request: &WebRequest, body_bytes: u64) -> Result<Answer, WebError> {
        let answer = self.send(request, body_bytes)?;
        if answer.status == 200 { Ok(answer) } else { Err(WebError::Status(answer.status)) }
    }

    /// Asks for what stands at a URL, which must be a success.
    ///
    /// # Errors
    /// As [`Session::fetch`].
    pub(in crate::source) fn get(&mut self, url: Url, accept: &'static str, limit: u64) -> Result<Answer, WebError> {
        self.fetch(&WebRequest::get(url, accept), limit)
    }
}

impl Drop for Session {
    /// A look-up of a name that hangs must not hold whoever ends the session.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
