//! The protocols by which other clients look for skills: Agent Skills discovery, the `skills`
//! command line, ARD and ClawHub. Each keeps its own shapes and errors; what they answer comes from operations.
//!
//! Start at [`routes`]; docs/clients.md says what each client asks and what it costs.

mod agent_skills;
mod ard;
mod clawhub;
mod content;
mod revocations;
mod security_txt;
mod skills_cli;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};

pub(super) use content::public;

use super::Rest;

/// Routes every protocol. `security_contact` is how to reach whoever runs the service.
pub(super) fn routes(security_contact: Option<&str>) -> Router<Rest> {
    let mut router = Router::new();
    if let Some(contact) = security_contact.map(str::to_owned) {
        let respond = move |State(rest): State<Rest>, headers: HeaderMap| async move {
            security_txt::respond(&contact, rest.services().public_url(), rest.services().now(), &headers)
        };
        router = router.route("/.well-known/security.txt", get(respond));
    }
    router
        .route("/collections/{*path}", get(agent_skills::collection))
        .route("/artifacts/{file}", get(agent_skills::artifact))
        .route("/api/search", get(skills_cli::search))
        .route("/api/download/{owner}/{repository}/{skill}", get(skills_cli::download))
        .route("/api/v1/skills/{skill}/verify", get(clawhub::verify))
        .route("/search", post(ard::search))
        .route("/explore", post(ard::explore))
        .route("/v1/revocations.json", get(revocations::json))
        .route("/v1/revocations.atom", get(revocations::atom))
        .route("/agents", get(ard::list))
        .route("/attestations/{file}", get(ard::attestation))
}

/// Returns the methods of a path of these protocols, where it is one.
pub(super) fn allowed(path: &str) -> Option<&'static str> {
    let is_read =
        ["/collections/", "/artifacts/", "/api/", "/attestations/", "/agents", "/.well-known/", "/v1/revocations."];
    is_read.iter().any(|prefix| path.starts_with(prefix)).then_some("GET, HEAD")
}
