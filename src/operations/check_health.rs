//! Is the service alive, and is its index fresh?

use serde::{Deserialize, Serialize};

use super::{Effect, Operation, Services};
use crate::api::{HealthLinks, HealthResponse, HealthStatus, Problem};

/// `GET /health`.
#[derive(Debug)]
pub struct CheckHealth;

/// Nothing to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthRequest {}

impl Operation for CheckHealth {
    type Request = HealthRequest;
    type Response = HealthResponse;
    const NAME: &'static str = "check_health";
    const TITLE: &'static str = "Check health";
    const SUMMARY: &'static str = "Check liveness and index freshness.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;

    async fn run(services: &Services, _: HealthRequest) -> Result<HealthResponse, Problem> {
        let counts = services.store().counts().await.inspect_err(|error| tracing::error!(%error, "the store failed"));
        let is_degraded = services.search().is_degraded();
        let (status, index_fresh, skills_indexed) = match counts {
            Ok(counts) => {
                let is_fresh = services.search().sequence() >= counts.sequence;
                (
                    if is_fresh && !is_degraded { HealthStatus::Ok } else { HealthStatus::Degraded },
                    is_fresh,
                    counts.listed,
                )
            }
            Err(_) => (HealthStatus::Error, false, 0),
        };
        Ok(HealthResponse {
            status,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_seconds: services.uptime().as_secs(),
            index_fresh,
            skills_indexed,
            links: HealthLinks::below(services.public_url()),
        })
    }
}
