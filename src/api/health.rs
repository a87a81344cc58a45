//! `GET /health`.

use serde::{Deserialize, Serialize};

use crate::skill::Timestamp;

/// Liveness and freshness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HealthResponse {
    /// Health status. ok: service and index are healthy. degraded: service is up but the index lags or misses a part. error: health computation failed.
    pub status: HealthStatus,
    /// Version of the program.
    pub version: String,
    /// Process uptime in seconds.
    pub uptime_seconds: u64,
    /// Whether search shows everything that is stored, and sources were visited as often as they should be.
    pub index_fresh: bool,
    /// Listed skills; 0 where the computation failed.
    pub skills_indexed: u64,
    /// Descriptors.
    pub links: HealthLinks,
    /// What is wrong, only where something is: store, rebuilding, behind, ahead, files, model, stale, clock, importing or origin; docs/freshness.md says what each means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// The index that this service follows, only where it follows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FollowingView")]
    pub following: Option<FollowingView>,
    /// Bundles that wait to be scanned again under newer rules, only while there are any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rescan_remaining: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Health of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum HealthStatus {
    /// Healthy.
    Ok,
    /// Up, with something missing.
    Degraded,
    /// The store does not answer.
    Error,
}

/// The index that a service follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FollowingView {
    /// The address of the origin.
    pub origin: String,
    /// importing: the whole index is being taken over for the first time. following: what has changed is taken over now and then. troubled: the last question failed, and what is held stays as it is.
    pub state: FollowingState,
    /// The number of the latest change of the origin that is held, or null before the first import.
    pub sequence: Option<u64>,
    /// When the origin gave that state away, or null before the first import.
    pub given_at: Option<Timestamp>,
    /// When the origin was last asked with success by this process, or null.
    pub checked_at: Option<Timestamp>,
    /// What is wrong, only where something is: unreachable, refused, signature, rolled_back, other_state, other_index, own_changes or store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub trouble: Option<String>,
}

/// How far an origin is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FollowingState {
    /// For the first time.
    Importing,
    /// By deltas.
    Following,
    /// Not at the moment.
    Troubled,
}

/// Where the descriptors are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct HealthLinks {
    /// OpenAPI descriptor URL.
    pub openapi: String,
    /// x402 payment descriptor URL.
    pub x402: String,
    /// MCP descriptor URL.
    pub mcp: String,
    /// Agent-readable docs index URL.
    pub docs: String,
    /// Human documentation URL.
    pub support: String,
}

impl HealthLinks {
    /// Links below `base_url`, which has no slash at its end.
    pub fn below(base_url: &str) -> Self {
        Self {
            openapi: format!("{base_url}/openapi.json"),
            x402: format!("{base_url}/.well-known/x402.json"),
            mcp: format!("{base_url}/.well-known/mcp.json"),
            docs: format!("{base_url}/llms.txt"),
            support: format!("{base_url}/docs"),
        }
    }
}
