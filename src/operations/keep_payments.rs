//! Find out what became of settlements that were never answered.

use std::time::Duration;

use super::Services;
use crate::store::StoreError;

/// How often it is asked.
const INTERVAL: Duration = Duration::from_secs(30);

/// Asks at once, and every 30 seconds until it is cancelled. Does nothing where nothing is paid.
pub async fn keep_payments(services: Services) {
    if !services.is_paid() {
        return;
    }
    loop {
        if let Err(error) = reconcile_payments(&services).await {
            tracing::warn!(%error, "open payments could not be read; it is tried again in half a minute");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Asks once about every settlement whose end is not known, and drops what need not be kept.
/// Returns how many were cleared up.
///
/// # Errors
/// Fails where the store does.
pub async fn reconcile_payments(services: &Services) -> Result<u64, StoreError> {
    match services.payments() {
        Some(payments) => payments.reconcile().await,
        None => Ok(0),
    }
}
