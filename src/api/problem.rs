//! The one table of errors.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{SourceStandingView, TakedownView};

/// The codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum ErrorCode {
    /// A quota or a limit is used up.
    RateLimited,
    /// The free tier is used up and a payment is needed.
    PaymentRequired,
    /// The payment was not accepted.
    PaymentFailed,
    /// Payments cannot be processed at the moment.
    PaymentUnavailable,
    /// The payment protocol is not supported.
    ProtocolUnsupported,
    /// The request is malformed.
    InvalidRequest,
    /// `skill_id` is not a UUID.
    InvalidSkillId,
    /// `query_id` is expired, unknown or belongs to other skills.
    InvalidQueryId,
    /// The skill is not in the index.
    NotFound,
    /// Something that the service depends on does not answer.
    DependencyUnavailable,
    /// Something unforeseen.
    InternalError,
}

impl ErrorCode {
    /// Every code with its usual HTTP status, whether a retry can help, and when it is seen.
    pub const TABLE: [(Self, u16, bool, &'static str); 11] = [
        (
            Self::RateLimited,
            429,
            true,
            "A quota, the five inspections of a `query_id` or a lookup bucket is used up. Status 402 where it is the free tier and payments are off.",
        ),
        (
            Self::PaymentRequired,
            402,
            true,
            "The free tier is used up and no payment was supplied; the offer is in `PAYMENT-REQUIRED`.",
        ),
        (
            Self::PaymentFailed,
            402,
            true,
            "The supplied payment was not accepted; `details.reason` says why. Status 400 where it cannot be read, 409 where it is in use for another call, else that of the facilitator where it gave one.",
        ),
        (
            Self::PaymentUnavailable,
            503,
            true,
            "Payments cannot be processed at the moment. Where the facilitator gave a status of 5xx, that one.",
        ),
        (Self::ProtocolUnsupported, 501, false, "Another payment protocol than x402 was supplied."),
        (
            Self::InvalidRequest,
            400,
            false,
            "The request is malformed; the message says what to change. A body over the limit has status 413.",
        ),
        (Self::InvalidSkillId, 400, false, "`skill_id` is not a UUID of the form 8-4-4-4-12."),
        (
            Self::InvalidQueryId,
            400,
            false,
            "`query_id` is expired, unknown or belongs to other skills; `details.kind` says which.",
        ),
        (Self::NotFound, 404, false, "The selected skill or page is not here."),
        (Self::DependencyUnavailable, 503, true, "Something that the service depends on does not answer."),
        (Self::InternalError, 500, true, "Something unforeseen; the log has the rest under the request id."),
    ];

    fn row(self) -> &'static (Self, u16, bool, &'static str) {
        Self::TABLE.iter().find(|row| row.0 == self).expect("every code has a row")
    }

    /// Returns the usual HTTP status.
    pub fn status(self) -> u16 {
        self.row().1
    }

    /// Tells whether the same request can succeed later.
    pub fn is_retriable(self) -> bool {
        self.row().2
    }

    /// Returns the code as the API writes it.
    pub fn as_str(self) -> String {
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// Why a `query_id` does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum QueryIdKind {
    /// It is older than an hour.
    Expired,
    /// Its query did not return this skill.
    MismatchedSkill,
    /// This server did not issue it.
    Unknown,
}

/// A failure as a client sees it. It exists only at the boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The code.
    pub code: ErrorCode,
    /// The HTTP status, usually that of the code.
    pub status: u16,
    /// What failed for which input, and what to do.
    pub message: String,
    /// When to try again.
    pub retry_after_seconds: Option<u64>,
    /// Facts for programs.
    pub details: Option<Value>,
}

impl Problem {
    /// Makes a problem with the usual status of its code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, status: code.status(), message: message.into(), retry_after_seconds: None, details: None }
    }

    /// The request is malformed.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// The skill is not in the index.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    /// The skill is known, and this index does not give it out any more.
    pub fn withheld(takedown: &TakedownView) -> Self {
        let details = json!({ "kind": "taken_down", "takedown": takedown });
        let message = format!("this skill was {}", takedown.line());
        Self { details: Some(details), ..Self::not_found(message) }
    }

    /// The skill is known, and no source shows it any more.
    pub fn unlisted(state: &SourceStandingView) -> Self {
        let details = json!({ "kind": "unlisted", "source_state": state });
        let message = format!("this skill is not listed any more: {}; /verify still knows its verdict", state.line());
        Self { details: Some(details), ..Self::not_found(message) }
    }

    /// Something unforeseen; the cause belongs in the log and not in the answer.
    pub fn internal() -> Self {
        Self::new(
            ErrorCode::InternalError,
            "something unforeseen went wrong; try again, and report the request id if it stays",
        )
    }

    /// A `query_id` does not serve.
    pub fn invalid_query_id(kind: QueryIdKind) -> Self {
        let message = match kind {
            QueryIdKind::Expired => "query_id is older than one hour; call /discover again",
            QueryIdKind::MismatchedSkill => {
                "query_id belongs to a search that did not return this skill; use a skill_id of its results"
            }
            QueryIdKind::Unknown => "query_id is not known to this server; call /discover again, or leave query_id out",
        };
        Self { details: Some(json!({ "kind": kind })), ..Self::new(ErrorCode::InvalidQueryId, message) }
    }

    /// Returns the body that the contract prescribes.
    pub fn envelope(&self) -> ErrorEnvelope {
        ErrorEnvelope {
            error: ErrorBody {
                code: self.code,
                message: self.message.clone(),
                is_retriable: self.code.is_retriable(),
                retry_after_seconds: self.retry_after_seconds,
                details: self.details.clone(),
            },
        }
    }
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ErrorEnvelope {
    /// The error.
    pub error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ErrorBody {
    /// Code to branch on.
    pub code: ErrorCode,
    /// What failed for which input, and what to do.
    pub message: String,
    /// Whether the same request can succeed later.
    pub is_retriable: bool,
    /// Seconds after which to try again, or null where there is no hint.
    pub retry_after_seconds: Option<u64>,
    /// Facts for programs, depending on the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_exactly_one_row_and_the_contracts_status() {
        for (code, ..) in ErrorCode::TABLE {
            assert_eq!(ErrorCode::TABLE.iter().filter(|row| row.0 == code).count(), 1);
        }
        let problem = Problem::invalid_query_id(QueryIdKind::MismatchedSkill);
        let body = serde_json::to_value(problem.envelope()).expect("an envelope is JSON");
        assert_eq!(body["error"]["code"], "INVALID_QUERY_ID");
        assert_eq!(body["error"]["details"]["kind"], "mismatched_skill");
        assert_eq!(body["error"]["retry_after_seconds"], Value::Null);
        assert_eq!(problem.status, 400);
    }
}
