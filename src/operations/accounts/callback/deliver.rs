//! Sends messages until they are taken or given up.

use std::time::Duration;

use super::super::super::Services;
use super::secret::current;
use crate::skill::{Timestamp, sanitise_line};
use crate::source::{CallbackAnswer, CallbackClient, CallbackError, OutgoingUrl};
use crate::store::{StoreError, WebhookEnd, WebhookMessage};
use crate::webhook::{
    ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, delay_with_retry_after, next_attempt_after, signatures,
};

/// How long an attempt has its message alone: longer than any receiver may take.
const LEASE_MS: i64 = 60_000;
/// How often a service looks for messages that are due.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Messages that are sent at once, so that a slow receiver does not hold up the others.
const LANES: usize = 4;
/// The receiver says that it wants no message any more (Standard Webhooks, "Retry schedule").
const GONE: u16 = 410;

/// Sends every message that is due at this moment, once; returns how many.
///
/// # Errors
/// Fails where the store does.
pub async fn deliver_webhooks(services: &Services) -> Result<u64, StoreError> {
    let Some(client) = client(services) else { return Ok(0) };
    let begun = services.now();
    let mut count = 0;
    while let Some(message) = take(services, begun).await? {
        attempt(services, &client, &message).await?;
        count += 1;
    }
    Ok(count)
}

/// Sends messages for as long as a service runs.
pub(in crate::operations) async fn keep_webhooks(services: &Services) {
    if services.accounts().is_none() {
        return;
    }
    futures::future::join_all((0..LANES).map(|_| lane(services))).await;
}

async fn lane(services: &Services) {
    loop {
        if let Err(error) = deliver_webhooks(services).await {
            tracing::warn!(%error, "webhooks could not be sent");
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

fn client(services: &Services) -> Option<CallbackClient> {
    services.accounts()?;
    let client = CallbackClient::new(services.reach());
    client.inspect_err(|error| tracing::error!(%error, "there is no client for webhooks")).ok()
}

/// Takes a message that was due when the round began: what fails in it waits for a later one.
async fn take(services: &Services, begun: Timestamp) -> Result<Option<WebhookMessage>, StoreError> {
    let lease_until = Timestamp::from_milliseconds(services.now().as_milliseconds() + LEASE_MS);
    services.store().take_webhook(lease_until, begun).await
}

async fn attempt(services: &Services, client: &CallbackClient, message: &WebhookMessage) -> Result<(), StoreError> {
    let now = services.now();
    let secrets = current(services, &message.user, now).await?;
    let sent = send(services, client, message, &secrets, now).await;
    let (is_taken, may_retry, answer) = match &sent {
        Ok(CallbackAnswer { status, .. }) => ((200..300).contains(status), *status != GONE, format!("status {status}")),
        Err(CallbackError::Refused(reason)) => (false, false, format!("not sent: {reason}")),
        Err(CallbackError::Unreachable(reason)) => (false, true, reason.clone()),
    };
    let now = services.now();
    let wanted = sent.as_ref().ok().and_then(|answer| answer.retry_after_seconds);
    let delay = next_attempt_after(message.attempt, fastrand::f64())
        .filter(|_| may_retry && !is_taken)
        .map(|delay| delay_with_retry_after(delay, wanted));
    let again_at = delay.map(|delay| Timestamp::from_milliseconds(now.as_milliseconds() + delay.as_millis() as i64));
    let answer = sanitise_line(&answer, 200);
    if !is_taken && again_at.is_none() {
        tracing::warn!(message = %message.id, %answer, "a webhook was given up; see `touchmark webhooks list`");
    }
    services
        .store()
        .end_webhook_attempt(&message.id, message.attempt, &WebhookEnd { answer, is_taken, again_at }, now)
        .await
}

async fn send(
    services: &Services,
    client: &CallbackClient,
    message: &WebhookMessage,
    secrets: &[crate::webhook::WebhookSecret],
    now: Timestamp,
) -> Result<CallbackAnswer, CallbackError> {
    // The rules may have become narrower since the URL was taken.
    let url = OutgoingUrl::parse(&message.url, services.reach())?;
    let seconds = now.as_milliseconds().div_euclid(1_000);
    let body = message.body.clone().into_bytes();
    let headers = [
        (ID_HEADER, message.id.clone()),
        (TIMESTAMP_HEADER, seconds.to_string()),
        (SIGNATURE_HEADER, signatures(secrets, &message.id, seconds, &body)),
    ];
    client.post(&url, &headers, body).await
}
