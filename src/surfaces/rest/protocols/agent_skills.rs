//! Agent Skills discovery (cloudflare/agent-skills-discovery-rfc, 0.2.0 and 0.1): indexes of
//! collections, and the artifacts that they name. The index of the instance itself is a document.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use super::super::Rest;
use super::super::answer;
use super::super::route::{Client, address};
use super::content::{authors_bytes, public, public_json};
use crate::api::Problem;
use crate::operations::{
    ArtifactForm, ArtifactKind, COLLECTION_SKILLS, Collection, CollectionScope, list_collection, read_artifact,
    read_collection_file,
};
use crate::surfaces::well_known::DISCOVERY_SCHEMA;

/// The folders below which a client looks: the second is that of 0.1.
const FOLDERS: [&str; 2] = ["/.well-known/agent-skills/", "/.well-known/skills/"];

/// `GET /collections/{scope}/.well-known/agent-skills/index.json`, and the files that the form
/// of 0.1 finds beside it.
pub(super) async fn collection(
    State(rest): State<Rest>,
    client: Client,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    match answer_collection(&rest, client, &path, &headers).await {
        Ok(response) => response,
        Err(problem) => public(answer::problem(&problem)),
    }
}

async fn answer_collection(
    rest: &Rest,
    client: Client,
    path: &str,
    headers: &HeaderMap,
) -> Result<Response<Body>, Problem> {
    let split = FOLDERS.iter().find_map(|folder| path.split_once(folder));
    let (scope, rest_of_path) = split.ok_or_else(|| {
        Problem::not_found("a collection is read at /collections/SCOPE/.well-known/agent-skills/index.json")
    })?;
    let scope = CollectionScope::parse(scope).map_err(|error| Problem::not_found(error.to_string()))?;
    let services = rest.services();
    if rest_of_path == "index.json" {
        let collection = list_collection(services, address(client), &scope).await?;
        return Ok(public_json(&index(&collection, &scope, services.public_url()), headers));
    }
    let (skill, file) = rest_of_path
        .split_once('/')
        .ok_or_else(|| Problem::not_found("beside index.json there are the files of skills, as in NAME/SKILL.md"))?;
    let content = read_collection_file(services, address(client), &scope, skill, file).await?;
    Ok(authors_bytes(content, headers))
}

/// Writes an index in both forms at once: each entry has `url` and `digest` for 0.2.0, and
/// `files` for 0.1, which clients of the other form pass over.
fn index(collection: &Collection, scope: &CollectionScope, url: &str) -> Value {
    let entry = |entry: &crate::operations::CollectionEntry| {
        let (word, extension) = match entry.kind {
            ArtifactKind::SkillMd => ("skill-md", "md"),
            ArtifactKind::Archive => ("archive", "tar.gz"),
        };
        json!({
            "name": entry.name,
            "type": word,
            "description": entry.description,
            "url": format!("{url}/artifacts/{}.{extension}", entry.package_hash.to_hex()),
            "digest": entry.digest.to_string(),
            "files": entry.files,
        })
    };
    let omitted = &collection.omitted;
    json!({
        "$schema": DISCOVERY_SCHEMA,
        "skills": collection.entries.iter().map(entry).collect::<Vec<_>>(),
        "touchmark": {
            "collection": scope.label(),
            "is_truncated": collection.is_truncated,
            "limit": COLLECTION_SKILLS,
            "omitted": {
                "blocked": omitted.blocked, "incomplete": omitted.incomplete,
                "unservable": omitted.unservable, "same_name": omitted.same_name,
            },
            "note": if collection.is_truncated {
                format!("There are more; name a repository or a folder, or search with {url}/discover.")
            } else {
                format!("Verdicts and findings are in {url}/inspect; verify what you hold with {url}/verify.")
            },
        },
    })
}

/// `GET /artifacts/{root digest}.tar.gz` and `.md`.
pub(super) async fn artifact(
    State(rest): State<Rest>,
    client: Client,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let parsed = file.split_once('.').and_then(|(digest, extension)| {
        let form = match extension {
            "tar.gz" => ArtifactForm::TarGz,
            "md" => ArtifactForm::SkillMd,
            _ => return None,
        };
        (digest.len() == 64).then(|| digest.parse().ok()).flatten().map(|digest| (digest, form))
    });
    let Some((digest, form)) = parsed else {
        let problem = Problem::not_found("an artifact is called by 64 hex digits, and ends in .tar.gz or .md");
        return public(answer::problem(&problem));
    };
    match read_artifact(rest.services(), address(client), digest, form).await {
        Ok(content) => authors_bytes(content, &headers),
        Err(problem) => public(answer::problem(&problem)),
    }
}
