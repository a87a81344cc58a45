//! From what came over HTTP to a JSON request: the body, the query and the parts of the path as
//! one object.

use axum::body::{Body, to_bytes};
use axum::extract::RawPathParams;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::accounts::{AccountMethod, Credential};
use crate::skill::sanitise_line;

/// Longest body, in bytes: the megabyte of the contract.
const BODY_BYTES: usize = 1024 * 1024;
/// Longest query string, in bytes.
const QUERY_BYTES: usize = 16 * 1024;
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
        AccountMethod::Post => read_body(body).await?,
        AccountMethod::Get | AccountMethod::Delete => Value::Object(read_query(query.unwrap_or_default())?),
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

/// Reads the parameters of a query string; each is a text and may be given once.
fn read_query(query: &str) -> Result<Map<String, Value>, Refusal> {
    let bad = |message: String| Refusal::new(RefusalCode::BadRequest, message);
    if query.len() > QUERY_BYTES {
        return Err(bad(format!("the query string has {} bytes, the limit is {QUERY_BYTES}", query.len())));
    }
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if parameters.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(bad(format!("{} is given twice", sanitise_line(&name, 60))));
        }
    }
    Ok(parameters)
}
