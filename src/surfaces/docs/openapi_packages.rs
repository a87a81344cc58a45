//! The part of the OpenAPI document that tells of certificates of packages.

use serde_json::{Map, Value, json};

use super::openapi::header;
use crate::api::packages::{PackageCertificateView, PackageStatisticsView, PackageVerificationView};

const BELOW: &str = "/api/v1/public/packages";
const ENVELOPE: &str = "#/components/schemas/CloudErrorEnvelope";

/// Adds the public paths of packages.
pub(super) fn add_paths(paths: &mut Map<String, Value>) {
    let release = format!("{BELOW}/{{registry}}/{{name}}/{{version}}");
    let rows = [
        (
            release.clone(),
            "show_package_certificate",
            "Show the certificate of a package",
            "Returns the certificate of one exact version, which is bound to the bytes of its distribution; 404 where it has none.",
            schemars::schema_for!(PackageCertificateView),
        ),
        (
            format!("{release}/verify"),
            "verify_package_certificate",
            "Verify the certificate of a package",
            "Returns the certificate with the digest of every file that was looked at, so that whoever holds bytes can compare them, and what the registry changed since.",
            schemars::schema_for!(PackageVerificationView),
        ),
        (
            format!("{BELOW}/stats"),
            "show_package_statistics",
            "Show how many packages are certified",
            "Returns how many packages are certified, and how many of the most used ones.",
            schemars::schema_for!(PackageStatisticsView),
        ),
    ];
    for (path, name, title, about, schema) in rows {
        let parameters: Vec<Value> = [
            ("registry", "`pypi` or `npm`."),
            ("name", "The name; the slash of a scope may be written `%2F`."),
            ("version", "The exact version."),
        ]
        .into_iter()
        .filter(|(part, _)| path.contains(&format!("{{{part}}}")))
        .map(|(part, about)| json!({ "name": part, "in": "path", "required": true, "description": about, "schema": { "type": "string" } }))
        .collect();
        let failure = |about: &str| json!({ "description": about, "content": { "application/json": { "schema": { "$ref": ENVELOPE } } } });
        let mut responses = json!({
            "200": {
                "description": "The answer.",
                "headers": { "X-Request-Id": header("Id of the request.", "string"), "X-Touchmark-Version": header("Version of the program.", "string") },
                "content": { "application/json": { "schema": without_meta(schema.to_value()) } },
            },
            "500": failure("Something unforeseen; the log has the rest under the request id."),
            "503": failure("Something that the service depends on does not answer."),
        });
        if !parameters.is_empty() {
            responses["404"] =
                failure("The package has no certificate, or there is no such registry, name or version.");
        }
        let mut operation = json!({ "operationId": name, "tags": ["packages"], "summary": title, "description": about, "responses": responses });
        if !parameters.is_empty() {
            operation["parameters"] = Value::Array(parameters);
        }
        paths.insert(path, json!({ "get": operation }));
    }
}

/// Returns the tag.
pub(super) fn tag() -> Value {
    json!({ "name": "packages", "description": "Certificates of packages of npm and PyPI; public." })
}

pub(super) fn without_meta(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
        schema.remove("title");
    }
    schema
}
