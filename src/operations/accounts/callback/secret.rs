//! The secret of an account: made when it is first needed, used until it is replaced.

use super::super::super::Services;
use super::super::refusals::{store_failure, unforeseen};
use crate::account::{Principal, UserId};
use crate::api::accounts::Refusal;
use crate::skill::Timestamp;
use crate::store::{AuditEntry, StoreError};
use crate::webhook::WebhookSecret;

/// How long messages are signed with the secret that was replaced as well: a receiver has a day
/// to learn the new one.
const OVERLAP_MS: i64 = 86_400_000;

/// Makes a secret where an account has none: a first message has to be signed with something.
pub(in super::super) async fn ensure_secret(services: &Services, principal: &Principal) -> Result<(), Refusal> {
    let known = services.store().webhook_secrets(&principal.user).await.map_err(|error| store_failure(&error))?;
    match known {
        Some(_) => Ok(()),
        None => replace(services, principal).await.map(|_| ()),
    }
}

/// Gives an account a new secret, and returns it with the time until which the old one is used.
pub(super) async fn replace(services: &Services, principal: &Principal) -> Result<(WebhookSecret, Timestamp), Refusal> {
    let secret = WebhookSecret::draw().map_err(|error| unforeseen(&error))?;
    let now = services.now();
    let previous_until = Timestamp::from_milliseconds(now.as_milliseconds() + OVERLAP_MS);
    let entry = AuditEntry {
        actor: principal.user.to_string(),
        team: principal.team.as_ref().map(|(team, _)| team.clone()),
        action: "webhook_secret.rotate",
        subject: principal.user.to_string(),
        detail: serde_json::json!({ "hint": secret.hint() }),
    };
    let text = secret.expose();
    let kept = services.store().put_webhook_secret(&principal.user, &text, previous_until, &entry, now).await;
    kept.map_err(|error| store_failure(&error))?;
    Ok((secret, previous_until))
}

/// Returns the secrets that messages of an account are signed with now, the current one first.
pub(super) async fn current(
    services: &Services,
    user: &UserId,
    now: Timestamp,
) -> Result<Vec<WebhookSecret>, StoreError> {
    let Some(kept) = services.store().webhook_secrets(user).await? else { return Ok(Vec::new()) };
    let previous = kept.previous.filter(|(_, until)| *until > now).map(|(previous, _)| previous);
    let read = |text: String| {
        text.parse().map_err(|_| StoreError::Corrupt { what: "webhook secret", detail: "it is none".to_owned() })
    };
    std::iter::once(kept.secret).chain(previous).map(read).collect()
}
