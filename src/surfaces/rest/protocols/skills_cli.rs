//! What the `skills` command line asks a registry: a search, and a download.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use super::super::Rest;
use super::super::answer;
use super::super::quota;
use super::super::request::read_query;
use super::super::route::{Client, address};
use super::content::{public, public_json};
use crate::operations::{Caller, CollectionScope, Exposed, FindSkills, download_skill};

/// `GET /api/search?q=&limit=&owner=`. Costs a discovery workflow, as every search does.
pub(super) async fn search(State(rest): State<Rest>, client: Client, RawQuery(query): RawQuery) -> Response<Body> {
    let request = match read_query(query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(problem) => return public(answer::problem(&problem)),
    };
    let caller = Caller { client: address(client), ..Caller::default() };
    let answered = Exposed::of::<FindSkills>(None, None).run_for(rest.services(), &caller, request).await;
    let mut response = match &answered.outcome {
        Ok(value) => answer::json(StatusCode::OK, value),
        Err(problem) => answer::problem(problem),
    };
    if let Some(state) = &answered.quota {
        quota::add_headers(response.headers_mut(), state);
    }
    public(response)
}

/// `GET /api/download/{owner}/{repository}/{skill}`: the files of a skill as texts.
pub(super) async fn download(
    State(rest): State<Rest>,
    client: Client,
    Path((owner, repository, skill)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    // A slash that was escaped in the URL must not make another scope of it.
    let is_plain = !owner.contains('/') && !repository.contains('/');
    let scope = CollectionScope::parse(&format!("{owner}/{repository}"));
    let scope = match scope {
        Ok(scope) if is_plain => scope,
        _ => return public(answer::problem(&crate::api::Problem::not_found("there is no such repository on GitHub"))),
    };
    match download_skill(rest.services(), address(client), &scope, &skill).await {
        Ok(download) => {
            let files: Vec<Value> =
                download.files.iter().map(|file| json!({ "path": file.path, "contents": file.contents })).collect();
            public_json(&json!({ "files": files, "hash": download.hash }), &headers)
        }
        Err(problem) => public(answer::problem(&problem)),
    }
}
