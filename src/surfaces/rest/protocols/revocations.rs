//! The feed of revocations, for whoever follows what is known to do harm: no account is asked
//! for, and caches may keep it.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Response};

use super::super::Rest;
use super::super::answer::{self, KeptAnswer};
use super::super::request::read_query;
use super::super::route::{Client, address};
use super::content::{public, public_json};
use crate::api::Problem;
use crate::operations::{RevocationFeed, admit_lookups, revocation_feed};
use crate::skill::sanitise_line;

/// How long a page may be kept: less than an answer of `/verify`, because it says what must not
/// be loaded.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `GET /v1/revocations.json`.
pub(super) async fn json(
    State(rest): State<Rest>,
    client: Client,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    match read(&rest, client, query).await {
        Ok(feed) => kept(public_json(&feed.to_json(), &headers)),
        Err(problem) => public(answer::problem(&problem)),
    }
}

/// `GET /v1/revocations.atom`.
pub(super) async fn atom(
    State(rest): State<Rest>,
    client: Client,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    match read(&rest, client, query).await {
        Ok(feed) => {
            let media_type = HeaderValue::from_static("application/atom+xml; charset=utf-8");
            public(KeptAnswer::new(Bytes::from(feed.to_atom()), media_type, CACHE_CONTROL).respond(&headers))
        }
        Err(problem) => public(answer::problem(&problem)),
    }
}

async fn read(rest: &Rest, client: Client, query: Option<String>) -> Result<RevocationFeed, Problem> {
    admit_lookups(rest.services(), address(client), 1)?;
    let request = read_query(query.as_deref().unwrap_or_default())?;
    let mut since = 0;
    for (name, value) in request.as_object().into_iter().flatten() {
        let number = value.as_str().and_then(|text| text.parse::<u64>().ok());
        match (name.as_str(), number) {
            ("since", Some(number)) => since = number,
            ("since", None) => return Err(Problem::invalid_request("since: expected the number of a change")),
            _ => {
                let name = sanitise_line(name, 60);
                return Err(Problem::invalid_request(format!("unknown field `{name}`, expected `since`")));
            }
        }
    }
    revocation_feed(rest.services(), since).await.map_err(|error| {
        tracing::error!(%error, "the feed of revocations could not be read");
        Problem::internal()
    })
}

fn kept(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, CACHE_CONTROL);
    response
}
