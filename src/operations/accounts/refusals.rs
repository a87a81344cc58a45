//! From what failed to a refusal: what is nothing for a client to know goes to the log.

use crate::api::accounts::{Refusal, RefusalCode};
use crate::meter::Rate;
use crate::skill::Timestamp;
use crate::store::StoreError;

/// Nobody has shown who they are.
pub(super) fn nobody() -> Refusal {
    unauthorized("send an access token or an API key as `Authorization: Bearer …`, or a key as `X-API-Key`")
}

/// What was shown is nobody's, or no longer.
pub(super) fn unauthorized(message: &str) -> Refusal {
    Refusal::new(RefusalCode::Unauthorized, message)
}

/// A value is none that there is.
pub(super) fn bad(error: &dyn std::error::Error) -> Refusal {
    Refusal::new(RefusalCode::BadRequest, error.to_string())
}

/// Something was done too often; says when it may be done again.
pub(super) fn too_often(rate: &Rate, now: Timestamp, what: &str) -> Refusal {
    let seconds = rate.retry_after_seconds(now);
    let message = format!("{what}; try again after {seconds} seconds");
    Refusal { retry_after_seconds: Some(seconds), ..Refusal::new(RefusalCode::RateLimited, message) }
}

/// Too many passwords wait to be hashed.
pub(super) fn busy() -> Refusal {
    let message = "too many people log in at the moment; try again in a second";
    Refusal { retry_after_seconds: Some(1), ..Refusal::new(RefusalCode::RateLimited, message) }
}

/// The store failed.
pub(in crate::operations) fn store_failure(error: &StoreError) -> Refusal {
    tracing::error!(%error, "the store failed");
    Refusal::new(RefusalCode::Unavailable, "the store does not answer; try again")
}

/// Something failed that a client can neither cause nor mend.
pub(super) fn unforeseen(error: &dyn std::error::Error) -> Refusal {
    tracing::error!(%error, "an operation with accounts failed");
    Refusal::internal()
}

/// A field says what it cannot.
pub(super) fn invalid(message: String) -> Refusal {
    Refusal::new(RefusalCode::ValidationError, message)
}
