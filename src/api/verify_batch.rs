//! `POST /verify/batch`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ErrorEnvelope, Problem, VerifyHit, VerifyMiss, VerifyQuery, VerifyRequest, VerifyResponse};
use crate::skill::sanitise_line;

/// Pins of one request at most.
pub const BATCH_LIMIT: usize = 100;

/// 1 to 100 pins; each is looked at alone, and a bad one spoils no other.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyBatchRequest {
    /// Pins as /inspect returns them, or objects with content_hash, source_url or both, and no other fields. An entry that is none has an error in its place.
    #[schemars(with = "Vec<Value>", length(min = 1, max = 100))]
    pub pins: Vec<Value>,
}

/// A pin as /inspect returns it, of which content_hash and source_url are looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct HeldPin {
    /// Content hash of the pin, or the digest of any recipe in docs/recipes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<String>,
    /// Source URL of the pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Skill UUID of the pin; not looked at, since content and source say what is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill_id: Option<String>,
    /// Git commit of the pin; not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_sha: Option<String>,
    /// Verdict at the time of the pin; not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// When the pinned verdict was made; not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audited_at: Option<String>,
}

/// A checked request: as many entries as pins, each a query or what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyBatchQuery {
    /// The entries, in the order of the request.
    pub entries: Vec<Result<VerifyQuery, Problem>>,
}

impl TryFrom<VerifyBatchRequest> for VerifyBatchQuery {
    type Error = Problem;

    fn try_from(request: VerifyBatchRequest) -> Result<Self, Problem> {
        match request.pins.len() {
            0 => Err(Problem::invalid_request("pins is empty; send 1 to 100 objects with content_hash or source_url")),
            count if count > BATCH_LIMIT => Err(Problem::invalid_request(format!(
                "pins has {count} entries, the limit is {BATCH_LIMIT}; send several requests"
            ))),
            _ => Ok(Self { entries: request.pins.into_iter().map(read_pin).collect() }),
        }
    }
}

fn read_pin(pin: Value) -> Result<VerifyQuery, Problem> {
    if !pin.is_object() {
        return Err(Problem::invalid_request("a pin is not a JSON object"));
    }
    let pin: HeldPin = serde_json::from_value(pin)
        .map_err(|error| Problem::invalid_request(format!("a pin: {}", sanitise_line(&error.to_string(), 300))))?;
    VerifyRequest { content_hash: pin.content_hash, source_url: pin.source_url }.try_into()
}

/// What is known of every pin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct VerifyBatchResponse {
    /// As many answers as pins, in their order.
    pub results: Vec<BatchAnswer>,
}

/// What is known of one pin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum BatchAnswer {
    /// The selector leads to an indexed skill.
    Hit(Box<VerifyHit>),
    /// It does not.
    Miss(VerifyMiss),
    /// The pin cannot be read; the others are answered.
    Error(ErrorEnvelope),
}

impl From<VerifyResponse> for BatchAnswer {
    fn from(response: VerifyResponse) -> Self {
        match response {
            VerifyResponse::Hit(hit) => Self::Hit(hit),
            VerifyResponse::Miss(miss) => Self::Miss(miss),
        }
    }
}
