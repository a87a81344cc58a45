//! The table of errors of the API with accounts. Its documents have two envelopes for one
//! meaning, so that one type serves both.

use serde::{Deserialize, Serialize};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// The request cannot be read, or a value in it is none that there is.
    BadRequest,
    /// Nobody has shown who they are.
    Unauthorized,
    /// Somebody has, and may not do that.
    Forbidden,
    /// The access token was good once.
    TokenExpired,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// There is one already.
    Conflict,
    /// The body is too large.
    PayloadTooLarge,
    /// A field is missing, or is of another kind.
    ValidationError,
    /// Too often within a while.
    RateLimited,
    /// Something unforeseen.
    InternalError,
    /// Something that the service depends on does not answer.
    Unavailable,
}

impl RefusalCode {
    /// Every code with its HTTP status, its name in either envelope, and when it is seen.
    pub const TABLE: [(Self, u16, &'static str, &'static str, &'static str); 11] = [
        (
            Self::BadRequest,
            400,
            "BAD_REQUEST",
            "bad_request",
            "The request cannot be read, or a value is none that there is.",
        ),
        (
            Self::Unauthorized,
            401,
            "UNAUTHORIZED",
            "unauthorized",
            "There is no access token or API key, or it is not good.",
        ),
        (
            Self::Forbidden,
            403,
            "FORBIDDEN",
            "forbidden",
            "The token or key is good, and its tier, role or scope is too small.",
        ),
        (Self::TokenExpired, 403, "TOKEN_EXPIRED", "token_expired", "The access token has expired; log in again."),
        (Self::NotFound, 404, "NOT_FOUND", "not_found", "There is no such thing, or it belongs to somebody else."),
        (Self::Conflict, 409, "CONFLICT", "conflict", "There is one already."),
        (Self::PayloadTooLarge, 413, "PAYLOAD_TOO_LARGE", "payload_too_large", "The body is over the limit."),
        (
            Self::ValidationError,
            422,
            "VALIDATION_ERROR",
            "validation_error",
            "A field is missing or is of another kind.",
        ),
        (
            Self::RateLimited,
            429,
            "RATE_LIMITED",
            "rate_limit_exceeded",
            "Too often; `Retry-After` says when to try again.",
        ),
        (
            Self::InternalError,
            500,
            "INTERNAL_ERROR",
            "internal_error",
            "Something unforeseen; the log has the rest under the request id.",
        ),
        (
            Self::Unavailable,
            503,
            "UNAVAILABLE",
            "unavailable",
            "Something that the service depends on does not answer.",
        ),
    ];

    fn row(self) -> &'static (Self, u16, &'static str, &'static str, &'static str) {
        Self::TABLE.iter().find(|row| row.0 == self).expect("every code has a row")
    }

    /// Returns the HTTP status.
    pub fn status(self) -> u16 {
        self.row().1
    }
}

/// A failure as a client of the API with accounts sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: RefusalCode,
    /// What failed for which input, and what to do.
    pub message: String,
    /// Seconds after which to try again.
    pub retry_after_seconds: Option<u64>,
}

impl Refusal {
    /// Makes a refusal.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_seconds: None }
    }

    /// Something unforeseen; the cause belongs in the log and not in the answer.
    pub fn internal() -> Self {
        Self::new(
            RefusalCode::InternalError,
            "something unforeseen went wrong; try again, and report the request id if it stays",
        )
    }

    /// There is no such thing, or it is somebody else's: the same words for both, so that
    /// nobody learns which.
    pub fn not_found(what: &str) -> Self {
        Self::new(RefusalCode::NotFound, format!("there is no such {what}"))
    }

    /// Returns the envelope `{detail, code, status}`.
    pub fn detail_envelope(&self) -> DetailEnvelope {
        DetailEnvelope { detail: self.message.clone(), code: self.code.row().2.to_owned(), status: self.code.status() }
    }

    /// Returns the envelope `{error: {code, message, status}}`.
    pub fn cloud_envelope(&self) -> CloudErrorEnvelope {
        CloudErrorEnvelope {
            error: CloudErrorBody {
                code: self.code.row().3.to_owned(),
                message: self.message.clone(),
                status: self.code.status(),
            },
        }
    }
}

/// The body of an error, one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DetailEnvelope {
    /// What failed for which input, and what to do.
    pub detail: String,
    /// Code to branch on.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
}

/// The body of an error, the other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CloudErrorEnvelope {
    /// The error.
    pub error: CloudErrorBody,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CloudErrorBody {
    /// Code to branch on.
    pub code: String,
    /// What failed for which input, and what to do.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_row_and_both_envelopes_say_the_same() {
        for (code, status, ..) in RefusalCode::TABLE {
            assert_eq!(RefusalCode::TABLE.iter().filter(|row| row.0 == code).count(), 1);
            let refusal = Refusal::new(code, "it failed");
            let (detail, cloud) = (refusal.detail_envelope(), refusal.cloud_envelope().error);
            assert_eq!((detail.detail, detail.status), (cloud.message, cloud.status));
            assert_eq!(detail.status, status);
        }
    }
}
