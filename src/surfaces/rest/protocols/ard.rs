//! The registry interface of Agentic Resource Discovery (ARD v0.91), with its own envelope for
//! errors; and the documents that attest our scans.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::super::answer::{self, KeptAnswer};
use super::super::request::{read_body, read_query};
use super::super::route::{Client, address};
use super::super::{Rest, quota};
use super::content::{CACHE_CONTROL, public};
use crate::api::{ErrorCode, Problem};
use crate::operations::{Caller, ExploreAgents, Exposed, ListAgents, Operation, SearchAgents, read_attestation};

/// `POST /search`.
pub(super) async fn search(State(rest): State<Rest>, client: Client, body: Body) -> Response<Body> {
    run::<SearchAgents>(&rest, client, read_body(body).await).await
}

/// `POST /explore`.
pub(super) async fn explore(State(rest): State<Rest>, client: Client, body: Body) -> Response<Body> {
    run::<ExploreAgents>(&rest, client, read_body(body).await).await
}

/// `GET /agents`.
pub(super) async fn list(State(rest): State<Rest>, client: Client, RawQuery(query): RawQuery) -> Response<Body> {
    run::<ListAgents>(&rest, client, read_query(query.as_deref().unwrap_or_default())).await
}

async fn run<O: Operation>(rest: &Rest, client: Client, request: Result<Value, Problem>) -> Response<Body> {
    let request = match request {
        Ok(request) => request,
        Err(problem) => return error(&problem),
    };
    let caller = Caller { client: address(client), ..Caller::default() };
    let answered = Exposed::of::<O>(None, None).run_for(rest.services(), &caller, request).await;
    let mut response = match &answered.outcome {
        Ok(value) => public(answer::json(StatusCode::OK, value)),
        Err(problem) => error(problem),
    };
    if let Some(state) = &answered.quota {
        quota::add_headers(response.headers_mut(), state);
    }
    response
}

/// `GET /attestations/{root digest}.sarif`.
pub(super) async fn attestation(
    State(rest): State<Rest>,
    client: Client,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let digest = file.strip_suffix(".sarif").filter(|digest| digest.len() == 64).and_then(|digest| digest.parse().ok());
    let Some(digest) = digest else {
        let problem = Problem::not_found("an attestation is called by 64 hex digits, and ends in .sarif");
        return public(answer::problem(&problem));
    };
    match read_attestation(rest.services(), address(client), digest).await {
        Ok(attestation) => {
            let media_type = HeaderValue::from_static("application/sarif+json");
            public(KeptAnswer::new(attestation.sarif.into(), media_type, CACHE_CONTROL).respond(&headers))
        }
        Err(problem) => public(answer::problem(&problem)),
    }
}

/// Writes a problem as this protocol does: a code of its own list (appendix B), and a message.
fn error(problem: &Problem) -> Response<Body> {
    let (status, code) = match problem.code {
        ErrorCode::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        // It knows no payment: what would cost something is too many requests of this day.
        ErrorCode::RateLimited
        | ErrorCode::PaymentRequired
        | ErrorCode::PaymentFailed
        | ErrorCode::PaymentUnavailable => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED"),
        ErrorCode::DependencyUnavailable | ErrorCode::InternalError => {
            (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR")
        }
        ErrorCode::InvalidRequest
        | ErrorCode::InvalidSkillId
        | ErrorCode::InvalidQueryId
        | ErrorCode::ProtocolUnsupported => (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
    };
    let mut response = answer::json(status, &json!({ "errorCode": code, "message": problem.message }));
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    public(response)
}
