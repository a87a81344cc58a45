//! Secrets that sign what callback URLs are told.

use serde::{Deserialize, Serialize};

use crate::skill::Timestamp;

/// A request for a new webhook secret.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RotateWebhookSecretRequest {}

/// A request for what is known of one's webhook secret.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowWebhookSecretRequest {}

/// A webhook secret that was made.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RotatedWebhookSecretView {
    /// The secret. It is shown this once.
    pub secret: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when messages are signed with the one before it as well, or null where there was
    /// none.
    pub previous_until: Option<Timestamp>,
}

/// What is known of a webhook secret.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WebhookSecretView {
    /// How it begins, or null where there is none.
    pub hint: Option<String>,
    /// When it was made, or null.
    pub made_at: Option<Timestamp>,
    /// Until when messages are signed with the one before it as well, or null.
    pub previous_until: Option<Timestamp>,
}
