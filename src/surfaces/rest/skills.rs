//! The public routes of one skill: its certificate, and its software bill of materials.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;
use axum::routing::get;

use super::Rest;
use super::packages::respond;
use crate::operations::public_skill::{show_skill_certificate, show_skill_sbom};

/// Adds the routes.
pub(super) fn add_routes(router: Router<Rest>) -> Router<Rest> {
    router
        .route("/api/v1/public/skills/{skill}", get(certificate))
        .route("/api/v1/public/skills/{skill}/sbom", get(sbom))
}

async fn certificate(State(rest): State<Rest>, Path(skill): Path<String>) -> Response<Body> {
    respond(show_skill_certificate(rest.services(), &skill).await)
}

async fn sbom(State(rest): State<Rest>, Path(skill): Path<String>) -> Response<Body> {
    respond(show_skill_sbom(rest.services(), &skill).await)
}
