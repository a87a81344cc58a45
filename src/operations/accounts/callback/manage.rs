//! What whoever runs an instance does with messages: `touchmark webhooks`.

use super::super::super::Services;
use crate::store::{StoreError, WebhookMessage, WebhookState};

/// Messages that a list shows at most.
const LISTED: u32 = 1_000;

/// Lists messages, the latest first: those that were given up, or all.
///
/// # Errors
/// Fails where the store does.
pub async fn list_webhooks(services: &Services, only_dead: bool) -> Result<Vec<WebhookMessage>, StoreError> {
    services.store().webhook_messages(only_dead.then_some(WebhookState::Dead), LISTED).await
}

/// Lets messages that were given up begin anew: this one, or all. Returns how many.
///
/// # Errors
/// Fails where the store does.
pub async fn retry_webhooks(services: &Services, id: Option<&str>) -> Result<u64, StoreError> {
    services.store().retry_webhooks(id, services.now()).await
}
