//! The index, given away: its manifest, the whole of it, and what has changed.

use std::io;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use axum::routing::get;
use futures::stream;
use tokio::io::AsyncReadExt;

use super::answer;
use crate::api::Problem;
use crate::operations::{MoveError, PublishedSnapshot, Publisher};

/// The header that names the digest of a snapshot.
const DIGEST: HeaderName = HeaderName::from_static("touchmark-snapshot-digest");
/// Bytes that are read from a file at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Routes to what `publisher` gives away.
pub fn snapshot_router(publisher: Publisher) -> Router {
    Router::new()
        .route("/snapshot/manifest.json", get(manifest))
        .route("/snapshot/latest", get(latest))
        .route("/snapshot/delta", get(delta))
        .with_state(publisher)
}

async fn manifest(State(publisher): State<Publisher>) -> Response<Body> {
    match publisher.latest().await {
        Ok(snapshot) => {
            let body = Body::from(snapshot.manifest.clone());
            respond(&snapshot, "application/json", snapshot.manifest.len() as u64, body)
        }
        Err(error) => refuse(&error),
    }
}

async fn latest(State(publisher): State<Publisher>) -> Response<Body> {
    match publisher.latest().await {
        Ok(snapshot) => file(snapshot).await,
        Err(error) => refuse(&error),
    }
}

async fn delta(State(publisher): State<Publisher>, RawQuery(query): RawQuery) -> Response<Body> {
    let query = query.unwrap_or_default();
    let Some(since) = query.strip_prefix("since=").and_then(|number| number.parse().ok()) else {
        return answer::problem(&Problem::invalid_request("expected `since` with the number of a change"));
    };
    match publisher.delta(since).await {
        Ok(snapshot) => file(snapshot).await,
        Err(error) => refuse(&error),
    }
}

async fn file(snapshot: PublishedSnapshot) -> Response<Body> {
    let file = match tokio::fs::File::open(&*snapshot.file).await {
        Ok(file) => file,
        Err(error) => return refuse(&MoveError::Write(error)),
    };
    let size_bytes = snapshot.size_bytes;
    // The file stays as long as somebody reads it.
    let kept = snapshot.file.clone();
    let chunks = stream::try_unfold((file, kept), |(mut file, kept)| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let count = file.read(&mut chunk).await?;
        chunk.truncate(count);
        Ok::<_, io::Error>((count > 0).then(|| (Bytes::from(chunk), (file, kept))))
    });
    respond(&snapshot, "application/zstd", size_bytes, Body::from_stream(chunks))
}

fn respond(snapshot: &PublishedSnapshot, content_type: &'static str, size_bytes: u64, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size_bytes));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(digest) = HeaderValue::try_from(snapshot.digest.to_string()) {
        headers.insert(DIGEST, digest);
    }
    response
}

/// Where no delta can be given, the whole index is the answer: `410 Gone`.
fn refuse(error: &MoveError) -> Response<Body> {
    if let MoveError::UnknownState(_) | MoveError::TooMuch(_) = error {
        let mut problem = Problem::not_found(error.to_string());
        problem.status = StatusCode::GONE.as_u16();
        return answer::problem(&problem);
    }
    tracing::error!(%error, "a snapshot could not be given away");
    answer::problem(&Problem::internal())
}
