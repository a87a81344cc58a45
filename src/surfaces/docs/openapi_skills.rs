//! The part of the OpenAPI document that tells of the certificates of skills.

use serde_json::{Map, Value, json};

use super::openapi::header;
use super::openapi_packages::without_meta;
use crate::api::SkillCertificateView;
use crate::sbom::Bom;

const ENVELOPE: &str = "#/components/schemas/CloudErrorEnvelope";

/// Adds the public paths of one skill.
pub(super) fn add_paths(paths: &mut Map<String, Value>) {
    let rows = [
        (
            "/api/v1/public/skills/{skill}",
            "show_skill_certificate",
            "Show the certificate of a skill",
            "Returns what was found in the bundle of an indexed skill, which packages it has installed or run, and what is known of them now.",
            schemars::schema_for!(SkillCertificateView),
        ),
        (
            "/api/v1/public/skills/{skill}/sbom",
            "show_skill_sbom",
            "Show the software bill of materials of a skill",
            "Returns its files with their digests, its packages with the places where they are used, and advisories about them, in CycloneDX 1.6.",
            schemars::schema_for!(Bom),
        ),
    ];
    for (path, name, title, about, schema) in rows {
        let failure = |about: &str| json!({ "description": about, "content": { "application/json": { "schema": { "$ref": ENVELOPE } } } });
        let operation = json!({
            "operationId": name,
            "tags": ["skills"],
            "summary": title,
            "description": about,
            "parameters": [{
                "name": "skill",
                "in": "path",
                "required": true,
                "description": "The skill_id, the SHA-256 of SKILL.md, or the root digest of the bundle.",
                "schema": { "type": "string" },
            }],
            "responses": {
                "200": {
                    "description": "The answer.",
                    "headers": { "X-Request-Id": header("Id of the request.", "string"), "X-Touchmark-Version": header("Version of the program.", "string") },
                    "content": { "application/json": { "schema": taken_apart(schema.to_value()).0 } },
                },
                "404": failure("There is no such skill, it was taken down, or it was not scanned yet."),
                "500": failure("Something unforeseen; the log has the rest under the request id."),
                "503": failure("Something that the service depends on does not answer."),
            },
        });
        paths.insert(path.to_owned(), json!({ "get": operation }));
    }
}

/// Returns the parts that the schemas of these paths share, by name: findings, and components,
/// which hold each other.
pub(super) fn components() -> Map<String, Value> {
    [schemars::schema_for!(SkillCertificateView), schemars::schema_for!(Bom)]
        .into_iter()
        .flat_map(|schema| taken_apart(schema.to_value()).1)
        .collect()
}

/// Takes the definitions out of a schema: references in a document of OpenAPI count from its
/// root, where a schema has none.
fn taken_apart(schema: Value) -> (Value, Map<String, Value>) {
    let mut schema = without_meta(schema);
    refer_to_components(&mut schema);
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    (schema, definitions.and_then(|definitions| definitions.as_object().cloned()).unwrap_or_default())
}

fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member.as_str().and_then(|text| text.strip_prefix("#/$defs/"))) {
                    ("$ref", Some(name)) => *member = json!(format!("#/components/schemas/{name}")),
                    _ => refer_to_components(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}
