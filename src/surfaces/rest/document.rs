//! The documents, served as they were made at start.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{LINK, VARY};
use axum::http::{HeaderMap, HeaderValue, Response};

use super::answer::KeptAnswer;
use super::negotiation::prefers_markdown;
use super::protocols::public;
use crate::operations::PaymentTerms;
use crate::surfaces::docs;

/// How long a document may be kept: it changes with the program only.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Where programs find out about this instance, in the header of every page.
const LINKS: HeaderValue = HeaderValue::from_static(
    "</.well-known/ard.json>; rel=\"ard\", </.well-known/ai-catalog.json>; rel=\"ai-catalog\", </openapi.json>; rel=\"service-desc\", </llms.txt>; rel=\"describedby\"",
);

/// Documents by their path.
#[derive(Debug, Clone)]
pub(super) struct Documents {
    by_path: Arc<HashMap<String, KeptAnswer>>,
}

impl Documents {
    /// Makes every document for a service at `public_url` that takes payments on `terms`.
    pub fn new(public_url: &str, terms: Option<&PaymentTerms>, has_accounts: bool) -> Self {
        let keep = |document: docs::Document| {
            let content_type = HeaderValue::from_static(document.content_type);
            (document.path, KeptAnswer::new(Bytes::from(document.body), content_type, CACHE_CONTROL))
        };
        Self { by_path: Arc::new(docs::served(public_url, terms, has_accounts).into_iter().map(keep).collect()) }
    }

    /// Answers with the document at `path`, if there is one; with the Markdown of a page where
    /// the client would rather have that.
    pub fn respond(&self, path: &str, request: &HeaderMap) -> Option<Response<Body>> {
        let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        let document = self.by_path.get(trimmed)?;
        let mirror = match trimmed {
            "/" | "/docs" => self.by_path.get("/docs/index.md"),
            page if page.starts_with("/docs/") => self.by_path.get(&format!("{page}.md")),
            _ => None,
        };
        let Some(mirror) = mirror else { return Some(public(document.respond(request))) };
        let chosen = if prefers_markdown(request) { mirror } else { document };
        let mut response = public(chosen.respond(request));
        response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
        response.headers_mut().insert(LINK, LINKS);
        Some(response)
    }
}
