//! From what came over HTTP to a JSON request: the body, the query and the parts of the path as
//! one object.

use axum::body::{Body, to_bytes};
use axum::extract::RawPathParams;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use serde_json::Value;

use super::super::request::read_query;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::accounts::{AccountMethod, Credential};
use crate::skill::sanitise_line;

/// Longest body, in bytes: the megabyte of the contract.
const BODY_BYTES: usize = 1024 * 1024;
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Reads who calls. A header that is given twice, or is no text, is no credential.
pub(super) fn credential(headers: &HeaderMap) -> Option<Credential> {
    let read = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?;
        Some(if values.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
    };
    // The scheme is compared without its case (RFC 9110, section 11.1).
    let bearer = read(&AUTHORIZATION).map(|value| match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    });
    Credential::read(bearer, read(&API_KEY))
}

/// Reads a request. What the path says goes before what the body or the query says.
pub(super) async fn read(
    method: AccountMethod,
    path: &RawPathParams,
    query: Option<&str>,
    body: Body,
) -> Result<Value, Refusal> {
    let mut request = match method {
        AccountMethod::Post | AccountMethod::Put => read_body(body).await?,
        AccountMethod::Get | AccountMethod::Delete => read_query(query.unwrap_or_default())
            .map_err(|problem| Refusal::new(RefusalCode::BadRequest, problem.message))?,
    };
    if let Some(fields) = request.as_object_mut() {
        for (name, value) in path {
            fields.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    }
    Ok(request)
}

async fn read_body(body: Body) -> Result<Value, Refusal> {
    let bytes = to_bytes(body, BODY_BYTES).await.map_err(|_| {
        let message = format!("the body could not be read, or has more than {BODY_BYTES} bytes");
        Refusal::new(RefusalCode::PayloadTooLarge, message)
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let reason = sanitise_line(&error.to_string(), 200);
        Refusal::new(RefusalCode::BadRequest, format!("the body is not JSON: {reason}"))
    })
}
