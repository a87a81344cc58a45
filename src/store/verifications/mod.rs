//! Verifications for marketplaces, and the messages that tell of their ends.
//!
//! What is under way is leased by number, so that whoever comes back late changes nothing. Every
//! time is an argument; when something is tried again is told by the caller. Start at
//! [`Verifications`] and [`Webhooks`].

mod contract;
mod record;

pub use contract::{Verifications, Webhooks};
pub use record::{
    EndedVerification, NewVerification, VerificationRecord, VerifiedSource, WebhookEnd, WebhookMessage, WebhookSecrets,
    WebhookState,
};
