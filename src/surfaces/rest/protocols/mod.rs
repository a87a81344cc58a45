//! The protocols by which other clients look for skills: Agent Skills discovery, the `skills`
//! command line and ARD. Each keeps its own shapes and errors; what they answer comes from operations.
//!
//! Start at [`routes`]; docs/clients.md says what each client asks and what it costs.

mod agent_skills;
mod ard;
mod content;
mod skills_cli;

use axum::Router;
use axum::routing::{get, post};

pub(super) use content::public;

use super::Rest;

/// Routes every protocol.
pub(super) fn routes() -> Router<Rest> {
    Router::new()
        .route("/collections/{*path}", get(agent_skills::collection))
        .route("/artifacts/{file}", get(agent_skills::artifact))
        .route("/api/search", get(skills_cli::search))
        .route("/api/download/{owner}/{repository}/{skill}", get(skills_cli::download))
        .route("/search", post(ard::search))
        .route("/explore", post(ard::explore))
        .route("/agents", get(ard::list))
        .route("/attestations/{file}", get(ard::attestation))
}

/// Returns the methods of a path of these protocols, where it is one.
pub(super) fn allowed(path: &str) -> Option<&'static str> {
    let is_read = ["/collections/", "/artifacts/", "/api/", "/attestations/", "/agents"];
    is_read.iter().any(|prefix| path.starts_with(prefix)).then_some("GET, HEAD")
}
