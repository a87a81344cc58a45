//! Routes that answer with events (Server-Sent Events, HTML Living Standard, section 9.2).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, RawPathParams, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use futures::stream;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::super::Rest;
use super::{envelope, request};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::ClientAddress;
use crate::operations::accounts::{AccountAnswer, AccountMethod, Credential, ExposedAccountOperation};

/// Streams that are open at once.
const AT_ONCE: usize = 200;
/// How long a stream may last; whoever wants more opens another.
const TIME: Duration = Duration::from_secs(600);
/// How often is looked for a change.
const INTERVAL: Duration = Duration::from_millis(500);
/// Seconds after which to try again where too many streams are open.
const PATIENCE_SECONDS: u64 = 10;
/// The name of an event that refuses whoever may not follow any more.
const REFUSED: &str = "error";
const PROGRESS: &str = "progress";

/// Adds a route whose answer is sent again whenever it has changed.
pub(super) fn add(routes: MethodRouter<Rest>, operation: ExposedAccountOperation) -> MethodRouter<Rest> {
    let (operation, places) = (Arc::new(operation), Arc::new(Semaphore::new(AT_ONCE)));
    let handler = move |State(rest): State<Rest>,
                        client: Option<Extension<ClientAddress>>,
                        path: RawPathParams,
                        headers: HeaderMap| {
        let (operation, places) = (Arc::clone(&operation), Arc::clone(&places));
        async move {
            let client = client.map(|Extension(address)| address);
            let body = axum::body::Body::empty();
            let asked = match request::read(AccountMethod::Get, &path, None, body).await {
                Ok(asked) => asked,
                Err(refusal) => return envelope::refuse(operation.binding.envelope, &refusal),
            };
            // The first answer is an ordinary one, with its status and its headers.
            let credential = request::credential(&headers);
            let first = operation.run(&rest.services, credential, client, Ok(asked.clone())).await;
            let (state, rate) = match first {
                AccountAnswer { outcome: Ok(state), rate } => (state, rate),
                refused => return envelope::respond(&operation.binding, refused),
            };
            let Ok(place) = places.try_acquire_owned() else {
                let refusal = Refusal {
                    retry_after_seconds: Some(PATIENCE_SECONDS),
                    ..Refusal::new(RefusalCode::Unavailable, "too many streams are open; try again in a while")
                };
                return envelope::refuse(operation.binding.envelope, &refusal);
            };
            let following =
                Following { rest, operation, client, headers, asked, _place: place, end: Instant::now() + TIME };
            let mut response = follow(following, state);
            if let Some(rate) = &rate {
                envelope::add_rate(response.headers_mut(), rate);
            }
            response
        }
    };
    routes.get(handler)
}

/// What is needed to ask again.
struct Following {
    rest: Rest,
    operation: Arc<ExposedAccountOperation>,
    client: Option<ClientAddress>,
    headers: HeaderMap,
    asked: Value,
    _place: OwnedSemaphorePermit,
    end: Instant,
}

impl Following {
    fn credential(&self) -> Option<Credential> {
        request::credential(&self.headers)
    }

    /// Waits until the answer is another one than `last`; none where the time is over.
    async fn next(&self, last: &Value) -> Option<Result<Value, Refusal>> {
        loop {
            if Instant::now() >= self.end {
                return None;
            }
            tokio::time::sleep(INTERVAL).await;
            let services = &self.rest.services;
            match self.operation.run_again(services, self.credential(), self.client, self.asked.clone()).await {
                Ok(state) if state == *last => {}
                other => return Some(other),
            }
        }
    }
}

/// Where a stream stands.
enum Stage {
    /// This is to be sent.
    Send(Value),
    /// This was sent.
    Sent(Value),
    /// Nothing will come.
    Over,
}

fn follow(following: Following, first: Value) -> Response {
    let events = stream::unfold((following, Stage::Send(first)), |(following, state)| async move {
        let state = match state {
            Stage::Over => return None,
            Stage::Send(state) => state,
            Stage::Sent(last) => match following.next(&last).await? {
                Ok(state) => state,
                Err(refusal) => {
                    let body = serde_json::to_value(refusal.cloud_envelope()).unwrap_or_default();
                    let event = Event::default().event(REFUSED).data(body.to_string());
                    return Some((Ok::<_, Infallible>(event), (following, Stage::Over)));
                }
            },
        };
        let is_final = state["is_final"] == Value::Bool(true);
        let event = Event::default().event(PROGRESS).data(state.to_string());
        let next = if is_final { Stage::Over } else { Stage::Sent(state) };
        Some((Ok(event), (following, next)))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    // Proxies that collect an answer would keep the progress to themselves.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}
