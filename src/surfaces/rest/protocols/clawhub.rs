//! The verification of ClawHub, for its clients.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response};
use serde_json::Value;

use super::super::request::read_query;
use super::super::route::{Client, address};
use super::super::{Rest, answer};
use super::content::{public, public_json};
use crate::operations::{Caller, Exposed, VerifyForClawhub};

/// `GET /api/v1/skills/{skill}/verify?version=&tag=`.
pub(super) async fn verify(
    State(rest): State<Rest>,
    client: Client,
    Path(skill): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let mut request = match read_query(query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(problem) => return public(answer::problem(&problem)),
    };
    if let Some(fields) = request.as_object_mut() {
        fields.insert("skill".to_owned(), Value::String(skill));
    }
    let caller = Caller { client: address(client), ..Caller::default() };
    let answered = Exposed::of::<VerifyForClawhub>(None, None).run_for(rest.services(), &caller, request).await;
    match &answered.outcome {
        Ok(value) => public_json(value, &headers),
        Err(problem) => public(answer::problem(problem)),
    }
}
