//! One request after the other, within the limits of the API.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::answer::{Answer, Content, limit_headers, message_of, nonsense, read_body, unanswered};
use super::limit::{self, Limit};
use super::{GithubAddress, GithubError};
use crate::skill::{Timestamp, sanitise_line};

/// The version of the API that this room reads.
const VERSION: &str = "2022-11-28";
/// How long a connection may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Addresses that are gone to after the first one: a repository that was renamed has one.
const REDIRECTS: usize = 3;

/// A token of GitHub, which nothing prints.
#[derive(Clone)]
pub struct GithubToken(HeaderValue);

impl GithubToken {
    /// Takes a token; `None` where it cannot stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", text.trim())).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl fmt::Debug for GithubToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// How GitHub is asked.
#[derive(Debug, Clone)]
pub struct GithubSettings {
    /// Where it is.
    pub address: GithubAddress,
    /// The token; without one only little is answered.
    pub token: Option<GithubToken>,
    /// How long an answer may take.
    pub answer_time: Duration,
}

/// What has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Nearly everything: 5,000 requests an hour with a token, 60 without.
    Core,
    /// The search for files: ten requests a minute, and never without a token.
    CodeSearch,
}

/// GitHub, asked one request at a time. What it says of its limits holds for all clones of the
/// reference: nothing is sent until they are over.
#[derive(Debug)]
pub struct GithubClient {
    http: Client,
    settings: GithubSettings,
    limits: Mutex<Limits>,
    /// One request at a time, as GitHub asks for.
    turn: tokio::sync::Semaphore,
}

#[derive(Debug, Default)]
struct Limits {
    core: Option<Timestamp>,
    code_search: Option<Timestamp>,
    everything: Option<(Timestamp, String)>,
    /// Secondary limits in a row.
    refusals: u32,
}

impl GithubClient {
    /// Makes a client; nothing is asked yet.
    ///
    /// # Errors
    /// Fails where there is no TLS.
    pub fn new(settings: GithubSettings) -> Result<Self, GithubError> {
        let client = Client::builder()
            .user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIME)
            // Where an answer sends us is looked at before anything goes there.
            .redirect(Policy::none());
        let client = if settings.address.is_here() { client.no_proxy() } else { client };
        let http = client.build().map_err(unanswered)?;
        Ok(Self { http, settings, limits: Mutex::default(), turn: tokio::sync::Semaphore::new(1) })
    }

    /// Returns where it is.
    pub fn address(&self) -> &GithubAddress {
        &self.settings.address
    }

    /// Tells whether there is a token.
    pub fn has_token(&self) -> bool {
        self.settings.token.is_some()
    }

    /// Returns until when nothing is sent, where that lies ahead.
    pub fn waits_until(&self, resource: Resource, now: Timestamp) -> Option<Timestamp> {
        self.limited(resource, now).map(|(until, _)| until)
    }

    /// Asks for one thing.
    pub(super) async fn get(
        &self,
        resource: Resource,
        path: &str,
        query: &[(&str, String)],
        entity_tag: Option<&str>,
        now: Timestamp,
    ) -> Result<Answer, GithubError> {
        // The semaphore lives as long as the client, and nobody closes it.
        let _turn = self.turn.acquire().await;
        if let Some((until, reason)) = self.limited(resource, now) {
            return Err(GithubError::Limited { until, reason });
        }
        let time = self.settings.answer_time;
        let late = |_| GithubError::Unanswered { reason: format!("no whole answer within {} ms", time.as_millis()) };
        let asked = self.ask(resource, self.settings.address.endpoint(path, query), entity_tag, now);
        tokio::time::timeout(time, asked).await.map_err(late)?
    }

    async fn ask(
        &self,
        resource: Resource,
        mut url: Url,
        entity_tag: Option<&str>,
        now: Timestamp,
    ) -> Result<Answer, GithubError> {
        for _ in 0..=REDIRECTS {
            let mut response = self.send(&url, entity_tag).await?;
            let status = response.status().as_u16();
            if matches!(status, 301 | 302 | 307 | 308) {
                self.note(resource, status, &response, "", now)?;
                url = self.redirected(&url, &response)?;
                continue;
            }
            let body = match status {
                304 => Vec::new(),
                _ => read_body(&mut response).await?,
            };
            let message = if status < 400 { String::new() } else { message_of(&body) };
            self.note(resource, status, &response, &message, now)?;
            return match status {
                304 => Ok(Answer::NotModified),
                200 => Ok(Answer::Content(Content::new(response.headers(), body))),
                204 | 409 => Ok(Answer::Empty),
                404 | 410 | 451 => Ok(Answer::Gone),
                401 => {
                    let reason = format!("the token is refused: {message}");
                    let until = limit::after(now, limit::REFUSED_TOKEN);
                    self.limits().everything = Some((until, reason.clone()));
                    Err(GithubError::Limited { until, reason })
                }
                403 => Ok(Answer::Withheld { reason: message }),
                400..=499 => Err(GithubError::Refused { reason: format!("{status} {message}") }),
                _ => Err(GithubError::Unanswered { reason: format!("status {status} {message}") }),
            };
        }
        Err(nonsense("it redirects in circles"))
    }

    async fn send(&self, url: &Url, entity_tag: Option<&str>) -> Result<Response, GithubError> {
        // The one place that sends the token; whatever leads here has looked at the URL.
        debug_assert!(self.settings.address.is_of_api(url));
        let mut request = self
            .http
            .get(url.clone())
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", VERSION);
        if let Some(GithubToken(token)) = &self.settings.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(tag) = entity_tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        request.send().await.map_err(unanswered)
    }

    /// Returns where an answer sends us, if that is the API: nothing goes to another host.
    fn redirected(&self, from: &Url, response: &Response) -> Result<Url, GithubError> {
        let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target =
            target.and_then(|target| from.join(target).ok()).ok_or_else(|| nonsense("it redirects nowhere"))?;
        if self.settings.address.is_of_api(&target) {
            return Ok(target);
        }
        let host = sanitise_line(target.host_str().unwrap_or_default(), 100);
        Err(nonsense(&format!("it redirects to {host}, which is not asked")))
    }

    /// Remembers what an answer says of limits; fails where it was refused for one.
    fn note(
        &self,
        resource: Resource,
        status: u16,
        response: &Response,
        message: &str,
        now: Timestamp,
    ) -> Result<(), GithubError> {
        let mut limits = self.limits();
        let limit = limit::read(status, limit_headers(response.headers()), message, limits.refusals, now);
        match limit {
            Limit::Free if status < 400 => limits.refusals = 0,
            Limit::Free => {}
            Limit::Last { until } => {
                *limits.of(resource) = Some(until);
                limits.refusals = 0;
            }
            Limit::Primary { until } => {
                *limits.of(resource) = Some(until);
                return Err(GithubError::Limited { until, reason: used_up() });
            }
            Limit::Secondary { until, reason } => {
                limits.refusals = limits.refusals.saturating_add(1);
                limits.everything = Some((until, reason.clone()));
                return Err(GithubError::Limited { until, reason });
            }
        }
        Ok(())
    }

    fn limited(&self, resource: Resource, now: Timestamp) -> Option<(Timestamp, String)> {
        let mut limits = self.limits();
        let own = limits.of(resource).map(|until| (until, used_up()));
        own.into_iter().chain(limits.everything.clone()).filter(|(until, _)| *until > now).max_by_key(|limit| limit.0)
    }

    fn limits(&self) -> std::sync::MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits {
    fn of(&mut self, resource: Resource) -> &mut Option<Timestamp> {
        match resource {
            Resource::Core => &mut self.core,
            Resource::CodeSearch => &mut self.code_search,
        }
    }
}

fn used_up() -> String {
    "its limit is used up".to_owned()
}
