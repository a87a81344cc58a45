//! From what came over HTTP to a JSON request.

use axum::body::{Body, to_bytes};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::api::Problem;
use crate::skill::sanitise_line;

/// Longest body, in bytes. The longest sensible request has a hundred pins with long URLs.
pub(super) const BODY_BYTES: usize = 256 * 1024;
/// Longest query string, in bytes.
const QUERY_BYTES: usize = 16 * 1024;

/// Reads a JSON body.
pub(super) async fn read_body(body: Body) -> Result<Value, Problem> {
    let bytes = to_bytes(body, BODY_BYTES).await.map_err(|_| too_large())?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::invalid_request("the body is empty; send a JSON object"));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        Problem::invalid_request(format!("the body is not JSON: {}", sanitise_line(&error.to_string(), 200)))
    })
}

fn too_large() -> Problem {
    let mut problem =
        Problem::invalid_request(format!("the body could not be read, or has more than {BODY_BYTES} bytes"));
    problem.status = 413;
    problem
}

/// Reads the parameters of a query string; each is a text and may be given once.
pub(super) fn read_query(query: &str) -> Result<Value, Problem> {
    if query.len() > QUERY_BYTES {
        return Err(Problem::invalid_request(format!(
            "the query string has {} bytes, the limit is {QUERY_BYTES}",
            query.len()
        )));
    }
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if parameters.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(Problem::invalid_request(format!("{} is given twice", sanitise_line(&name, 60))));
        }
    }
    Ok(Value::Object(parameters))
}
