//! From a room's error to a problem: the cause goes to the log, once, and not to the client.

use std::fmt::Display;

use crate::api::{ErrorCode, Problem};

/// Something failed that a client can neither cause nor mend.
pub(super) fn unforeseen(operation: &'static str, error: &dyn Display) -> Problem {
    tracing::error!(operation, %error, "an operation failed");
    Problem::internal()
}

/// The store does not answer.
pub(super) fn store_failed(operation: &'static str) -> impl Fn(crate::store::StoreError) -> Problem {
    move |error| {
        tracing::error!(operation, %error, "the store failed");
        let mut problem =
            Problem::new(ErrorCode::DependencyUnavailable, "the store does not answer; try again in a few seconds");
        problem.retry_after_seconds = Some(5);
        problem
    }
}
