//! A skill as a catalog entry.

use serde_json::{Map, Value, json};

use super::attestation::attestation;
use crate::api::Problem;
use crate::operations::Services;
use crate::skill::sanitise_line;
use crate::store::SkillRecord;

/// A gzip'd tar with SKILL.md at its root.
const ARCHIVE: &str = "application/agent-skills+gzip";
/// SKILL.md at its source, of a skill of which not every file was read.
const INSTRUCTIONS: &str = "text/markdown; profile=\"urn:air:agent-skills\"";
/// Characters of a description.
const DESCRIPTION_CHARACTERS: usize = 1_024;
/// Characters of any other text that an author wrote.
const TEXT_CHARACTERS: usize = 200;
/// What the attestation of a scan is called, as in the examples of the specification.
const SCAN: &str = "agent-threat-scan";
/// Bytes of a segment of an identifier.
const SEGMENT_BYTES: usize = 64;

/// Shows a skill, with everything but the digest of its attestation, which takes a look at its
/// files: see [`attest`].
pub(super) fn entry(record: &SkillRecord, public_url: &str) -> Value {
    let source = &record.source;
    let (kind, url) = if record.is_complete {
        (ARCHIVE, format!("{public_url}/artifacts/{}.tar.gz", record.package_hash.to_hex()))
    } else {
        (INSTRUCTIONS, source.raw_url().unwrap_or_else(|| source.url()))
    };
    let verdict = &record.verdict;
    let metadata = json!({
        "skillId": record.skill_id,
        "registry": source.registry.as_str(),
        "sourceUrl": source.url(),
        "publisher": sanitise_line(source.publisher(), TEXT_CHARACTERS),
        "license": source.license.as_deref().map(|license| sanitise_line(license, TEXT_CHARACTERS)),
        "contentHash": record.content_hash.to_string(),
        "packageHash": record.package_hash.to_string(),
        "verdict": verdict.status.as_str(),
        "recommendedAction": verdict.recommended_action.as_str(),
        "executesCode": verdict.executes_code,
        "stars": record.stars,
    });
    let attestation = json!({
        "type": SCAN,
        "uri": format!("{public_url}/attestations/{}.sarif", record.package_hash.to_hex()),
        "mediaType": "application/sarif+json",
    });
    let mut entry = json!({
        "identifier": identifier(record),
        "displayName": sanitise_line(&record.name, TEXT_CHARACTERS),
        "type": kind,
        "url": url,
        "description": sanitise_line(&record.description, DESCRIPTION_CHARACTERS),
        "metadata": metadata,
        "trustManifest": { "identity": source.url(), "identityType": "https", "attestations": [attestation] },
    });
    if !source.url().starts_with("https://") {
        entry["trustManifest"]["identityType"] = json!("other");
    }
    if let (Some(fields), Some(time)) = (entry.as_object_mut(), source.committed_at) {
        fields.insert("updatedAt".to_owned(), json!(time));
    }
    entry
}

/// Adds the digest of the attestation.
pub(super) async fn attest(services: &Services, record: &SkillRecord, mut entry: Value) -> Result<Value, Problem> {
    let (digest, _) = attestation(services, record).await?;
    entry["trustManifest"]["attestations"][0]["digest"] = json!(digest.to_string());
    Ok(entry)
}

/// Names a skill by its host, owner, repository and id: `urn:air:github.com:owner:repository:ID`.
/// The id alone makes it one of a kind; the rest is for readers.
fn identifier(record: &SkillRecord) -> String {
    let identity = &record.source.identity;
    let host = segment(identity.host(), ".-");
    let parts = [segment(identity.owner(), "._-"), segment(identity.repository(), "._-")];
    let between: String = parts.iter().filter(|part| !part.is_empty()).map(|part| format!(":{part}")).collect();
    format!("urn:air:{}{between}:{}", if host.is_empty() { "local" } else { &host }, record.skill_id)
}

fn segment(text: &str, punctuation: &str) -> String {
    let is_kept = |character: char| character.is_ascii_alphanumeric() || punctuation.contains(character);
    text.chars().map(|character| if is_kept(character) { character } else { '-' }).take(SEGMENT_BYTES).collect()
}

/// Fields by which entries can be filtered, counted, or both.
pub(super) const FIELDS: [&str; 19] = [
    "identifier",
    "displayName",
    "type",
    "publisher",
    "description",
    "updatedAt",
    "metadata.skillId",
    "metadata.registry",
    "metadata.publisher",
    "metadata.license",
    "metadata.contentHash",
    "metadata.packageHash",
    "metadata.verdict",
    "metadata.recommendedAction",
    "metadata.executesCode",
    "metadata.stars",
    "trustManifest.identity",
    "trustManifest.identityType",
    "trustManifest.attestations.type",
];

/// Returns the values at a path of [`FIELDS`], through lists; `publisher` is the part of the
/// identifier that names one (§7.1).
pub(super) fn values(entry: &Value, path: &str) -> Vec<String> {
    if path == "publisher" {
        let identifier = entry["identifier"].as_str().unwrap_or_default();
        return identifier.split(':').nth(2).map(str::to_owned).into_iter().collect();
    }
    let mut found = vec![entry];
    for part in path.split('.') {
        found = found.into_iter().flat_map(elements).filter_map(|value| value.get(part)).collect();
    }
    found.into_iter().flat_map(elements).filter_map(text).collect()
}

fn elements(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}

/// Returns the object of an entry, to which a search adds its score.
pub(super) fn scored(entry: Value, score: f64, public_url: &str) -> Value {
    let mut fields = match entry {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    // A relevance from 0 to 1, of which good matches have most.
    fields.insert("score".to_owned(), json!((score * 100.0).round().clamp(0.0, 100.0) as u32));
    fields.insert("source".to_owned(), json!(public_url));
    Value::Object(fields)
}
