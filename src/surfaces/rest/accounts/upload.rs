//! Routes whose body is a file.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::routing::MethodRouter;
use futures::StreamExt as _;
use tokio::sync::Semaphore;

use super::super::Rest;
use super::{envelope, request};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::operations::ClientAddress;
use crate::operations::accounts::{ExposedAccountOperation, Upload, UploadBuffer, UploadError};

/// Files that come in at once: each may take its size on the disk, and once in memory.
const AT_ONCE: usize = 8;
/// How long one may take.
const TIME: Duration = Duration::from_secs(120);
/// Seconds after which to try again where too many come in.
const PATIENCE_SECONDS: u64 = 5;

/// Adds a route that takes a file from whoever may send one, and from nobody else.
pub(super) fn add(routes: MethodRouter<Rest>, operation: ExposedAccountOperation) -> MethodRouter<Rest> {
    let (operation, places) = (Arc::new(operation), Arc::new(Semaphore::new(AT_ONCE)));
    let handler =
        move |State(rest): State<Rest>, client: Option<Extension<ClientAddress>>, headers: HeaderMap, body: Body| {
            let (operation, places) = (Arc::clone(&operation), Arc::clone(&places));
            async move {
                let (credential, client) = (request::credential(&headers), client.map(|Extension(address)| address));
                let receive = async {
                    let _place = places.try_acquire().map_err(|_| Refusal {
                        retry_after_seconds: Some(PATIENCE_SECONDS),
                        ..Refusal::new(RefusalCode::Unavailable, "too many files come in; try again in a while")
                    })?;
                    tokio::time::timeout(TIME, receive(&headers, body)).await.unwrap_or_else(|_| {
                        let message = format!("the file took longer than {} seconds to come in", TIME.as_secs());
                        Err(Refusal::new(RefusalCode::BadRequest, message))
                    })
                };
                let answered = operation.run_with_file(&rest.services, credential, client, receive).await;
                envelope::respond(&operation.binding, answered)
            }
        };
    routes.post(handler)
}

async fn receive(headers: &HeaderMap, body: Body) -> Result<Upload, Refusal> {
    // Header values are bytes; a name that is no ASCII is UTF-8 where anybody sends one.
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let (boundary, name) = Upload::read_headers(text(CONTENT_TYPE).as_deref(), text(CONTENT_DISPOSITION).as_deref());
    let mut buffer = UploadBuffer::new().map_err(refuse)?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(RefusalCode::BadRequest, "the body broke off"))?;
        buffer.push(&chunk).map_err(refuse)?;
    }
    let read = tokio::task::spawn_blocking(move || buffer.finish(boundary.as_deref(), name.as_deref()));
    read.await.map_err(|_| Refusal::internal())?.map_err(refuse)
}

fn refuse(error: UploadError) -> Refusal {
    let code = match error {
        UploadError::TooLarge => RefusalCode::PayloadTooLarge,
        UploadError::Form(_) => RefusalCode::ValidationError,
        UploadError::Disk(error) => {
            tracing::error!(%error, "an uploaded file could not be kept");
            return Refusal::internal();
        }
    };
    Refusal::new(code, error.to_string())
}
