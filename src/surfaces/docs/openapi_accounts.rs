//! The part of the OpenAPI document that tells of the API with accounts.

use serde_json::{Map, Value, json};

use super::openapi::header;
use crate::api::accounts::{CloudErrorEnvelope, DetailEnvelope, RefusalCode};
use crate::operations::accounts::{
    Access, AccountMethod, Envelope, ExposedAccountOperation, Shape, register_account_operations,
};

/// Adds the paths of operations with accounts.
pub(super) fn add_paths(paths: &mut Map<String, Value>) {
    for operation in register_account_operations() {
        let method = match operation.binding.method {
            AccountMethod::Get => "get",
            AccountMethod::Post => "post",
            AccountMethod::Put => "put",
            AccountMethod::Delete => "delete",
        };
        let item = paths.entry(operation.binding.path).or_insert_with(|| json!({}));
        item[method] = describe(&operation);
    }
    super::openapi_badge::add_path(paths);
}

/// Returns the tags, in the order of the documents.
pub(super) fn tags() -> Vec<Value> {
    vec![
        json!({ "name": "accounts", "description": "Accounts, access tokens and API keys; only where the instance has accounts." }),
        json!({ "name": "threats", "description": "What is known to do harm, and reports of it; only where the instance has accounts. The feed of revocations needs none." }),
        json!({ "name": "signatures", "description": "What scanners look for, for whoever follows; only where the instance has accounts." }),
        json!({ "name": "scans", "description": "Scans of accounts: reported by a command line, of targets, and of uploaded files." }),
        json!({ "name": "publishers", "description": "What is known of whom skills come from." }),
        json!({ "name": "verification", "description": "Verification for marketplaces, with a badge and signed webhooks." }),
        json!({ "name": "policies", "description": "Policies of CEL rules, by which a skill passes or not; those of a team with their versions." }),
        json!({ "name": "team", "description": "Who is in a team, who is invited, and what was done." }),
    ]
}

/// Returns the ways to show who calls.
pub(super) fn security_schemes() -> Value {
    json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "An access token of /v1/auth/login, or an API key." },
        "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key." },
    })
}

/// Returns the bodies of errors, by name.
pub(super) fn envelopes() -> [(&'static str, schemars::Schema); 2] {
    [
        ("DetailEnvelope", schemars::schema_for!(DetailEnvelope)),
        ("CloudErrorEnvelope", schemars::schema_for!(CloudErrorEnvelope)),
    ]
}

fn describe(operation: &ExposedAccountOperation) -> Value {
    let binding = &operation.binding;
    let request = (operation.request_schema)().to_value();
    let mut description = json!({
        "operationId": operation.name,
        "tags": [binding.tag],
        "summary": operation.title,
        "description": operation.summary,
    });
    let parameters = parameters(&request, binding.path, binding.method);
    if !parameters.is_empty() {
        description["parameters"] = Value::Array(parameters);
    }
    if matches!(binding.method, AccountMethod::Post | AccountMethod::Put) {
        let request = without_parts(request, binding.path);
        let content = match operation.shape {
            Shape::File => file_content(),
            Shape::Json | Shape::Events => json!({ "application/json": { "schema": request } }),
        };
        description["requestBody"] = json!({ "required": true, "content": content });
    }
    let is_held = matches!(operation.access, Access::Holder { .. });
    if is_held {
        description["security"] = json!([{ "bearer": [] }, { "apiKey": [] }]);
    }
    let mut headers = json!({ "X-Request-Id": header("Id of the request.", "string"), "X-Touchmark-Version": header("Version of the program.", "string") });
    if is_held {
        headers["X-RateLimit-Limit"] = header("Requests in a minute.", "integer");
        headers["X-RateLimit-Remaining"] = header("Requests that are left of this minute.", "integer");
        headers["X-RateLimit-Reset"] = header("When the next minute begins, in seconds since 1970.", "integer");
    }
    let media_type = if operation.shape == Shape::Events { "text/event-stream" } else { "application/json" };
    let mut responses = Map::new();
    responses.insert(
        binding.success.to_string(),
        json!({ "description": "The answer.", "headers": headers, "content": { media_type: { "schema": (operation.response_schema)().to_value() } } }),
    );
    let envelope = match binding.envelope {
        Envelope::Detail => "#/components/schemas/DetailEnvelope",
        Envelope::Cloud => "#/components/schemas/CloudErrorEnvelope",
    };
    for (_, status, _, _, about) in RefusalCode::TABLE {
        // Of two meanings of one status, the first says more.
        let response = responses.entry(status.to_string()).or_insert_with(
            || json!({ "description": about, "content": { "application/json": { "schema": { "$ref": envelope } } } }),
        );
        if status == 429 {
            response["headers"] = json!({ "Retry-After": header("Seconds until it may be tried again.", "integer") });
        }
    }
    description["responses"] = Value::Object(responses);
    description
}

/// Describes a body that is a file.
fn file_content() -> Value {
    let file = json!({ "type": "string", "format": "binary", "description": "The file or archive." });
    let form = json!({ "type": "object", "required": ["file"], "properties": { "file": file } });
    json!({ "multipart/form-data": { "schema": form }, "application/octet-stream": { "schema": file } })
}

/// Returns the schema of a body: a request without what is in the path.
fn without_parts(mut request: Value, path: &str) -> Value {
    let is_part = |name: &str| path.contains(&format!("{{{name}}}"));
    if let Some(properties) = request.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !is_part(name));
    }
    if let Some(required) = request.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(is_part));
    }
    request
}

/// Describes what is in the path, and for requests without a body what is in the query.
fn parameters(request: &Value, path: &str, method: AccountMethod) -> Vec<Value> {
    let required: Vec<&str> =
        request.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = request.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        let is_part = path.contains(&format!("{{{name}}}"));
        if matches!(method, AccountMethod::Post | AccountMethod::Put) && !is_part {
            return None;
        }
        let about = schema.as_object_mut().and_then(|schema| schema.remove("description")).unwrap_or_default();
        let place = if is_part { "path" } else { "query" };
        let is_required = is_part || required.contains(&name.as_str());
        Some(json!({ "name": name, "in": place, "required": is_required, "description": about, "schema": schema }))
    };
    properties.into_iter().filter_map(parameter).collect()
}
