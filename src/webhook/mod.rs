//! Messages to addresses that customers name: secrets, signatures and when to try again, by the
//! Standard Webhooks specification (standardwebhooks.com).
//!
//! The room computes: it sends nothing and remembers nothing. Start at [`signatures`] and
//! [`next_attempt_after`].

mod schedule;
mod secret;
mod signature;

pub use schedule::{ATTEMPTS, delay_with_retry_after, next_attempt_after};
pub use secret::{WebhookSecret, WebhookSecretError};
pub use signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signatures};
