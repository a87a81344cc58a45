//! The part of the OpenAPI document that tells of badges, which are no operations: one of them is
//! a picture.

use serde_json::{Map, Value, json};

use super::openapi::header;
use crate::api::accounts::BadgeView;

/// Adds the path.
pub(super) fn add_path(paths: &mut Map<String, Value>) {
    let badge = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.meta_schema = None)
        .into_generator()
        .into_root_schema_for::<BadgeView>();
    let headers = json!({
        "Cache-Control": header("For how long it may be kept: never beyond the end of the verification.", "string"),
        "Content-Security-Policy": header("A badge loads and runs nothing.", "string"),
    });
    let get = json!({
        "operationId": "show_badge",
        "tags": ["verification"],
        "summary": "Show the badge of a verification",
        "description": "A picture (`.svg`) or the same for programs (`.json`). It says of what bytes it is, since when and until when it holds, and whether it has expired or was revoked. It is no certificate of safety.",
        "parameters": [{
            "name": "name",
            "in": "path",
            "required": true,
            "description": "Id of the verification, and `.svg` or `.json`.",
            "schema": { "type": "string", "pattern": "^ver_[0-9a-z]{20}\\.(svg|json)$" },
        }],
        "responses": {
            "200": {
                "description": "The badge.",
                "headers": headers,
                "content": {
                    "image/svg+xml": { "schema": { "type": "string" } },
                    "application/json": { "schema": badge },
                },
            },
            "404": {
                "description": "Nothing was ever verified under this id.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/DetailEnvelope" } } },
            },
            "503": {
                "description": "The store does not answer.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/DetailEnvelope" } } },
            },
        },
    });
    paths.insert("/badge/{name}".to_owned(), json!({ "get": get }));
}
