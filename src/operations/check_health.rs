//! Is the service alive, and is its index fresh?

use serde::{Deserialize, Serialize};

use super::index_condition::{self, IndexFault};
use super::{Effect, Operation, OriginStanding, Services};
use crate::api::{FollowingState, FollowingView, HealthLinks, HealthResponse, HealthStatus, Problem};

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
        let condition = index_condition::look(services).await;
        let counts = match condition.faults.contains(&IndexFault::Store) {
            true => None,
            false => {
                let counts = services.store().counts().await;
                Some(counts.inspect_err(|error| tracing::error!(%error, "the store failed")))
            }
        };
        let (status, skills_indexed) = match counts {
            _ if condition.faults.contains(&IndexFault::Store) => (HealthStatus::Error, 0),
            Some(Ok(counts)) if condition.faults.is_empty() => (HealthStatus::Ok, counts.listed),
            Some(Ok(counts)) => (HealthStatus::Degraded, counts.listed),
            Some(Err(_)) | None => (HealthStatus::Error, 0),
        };
        Ok(HealthResponse {
            status,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_seconds: services.uptime().as_secs(),
            index_fresh: status != HealthStatus::Error && condition.is_fresh(),
            skills_indexed,
            links: HealthLinks::below(services.public_url()),
            faults: condition.faults.iter().map(|fault| fault.as_str().to_owned()).collect(),
            following: services.origin().map(|origin| following(origin.standing())),
            rescan_remaining: services.bundles_to_rescan(),
        })
    }
}

fn following(standing: OriginStanding) -> FollowingView {
    FollowingView {
        origin: standing.address,
        state: match standing.trouble {
            Some(_) => FollowingState::Troubled,
            None if standing.is_importing => FollowingState::Importing,
            None => FollowingState::Following,
        },
        sequence: standing.sequence,
        given_at: standing.created_at,
        checked_at: standing.checked_at,
        trouble: standing.trouble.map(|(trouble, _)| trouble.as_str().to_owned()),
    }
}
