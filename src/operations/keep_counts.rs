//! Keep what clients have used beyond the process.

use std::time::Duration;

use super::Services;
use crate::store::StoreError;

/// How often counts are written, and so how much of them a kill can lose.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// Writes what was counted, every second until it is cancelled; call [`save_counts`] after
/// that. Does nothing where nothing is counted.
pub async fn keep_counts(services: Services) {
    if !services.is_metered() {
        return;
    }
    loop {
        tokio::time::sleep(SAVE_INTERVAL).await;
        if let Err(error) = save_counts(&services).await {
            tracing::warn!(%error, "what clients have used could not be written; it is tried again in a second");
        }
    }
}

/// Writes what was counted since the last time.
///
/// # Errors
/// Fails where the store does.
pub async fn save_counts(services: &Services) -> Result<(), StoreError> {
    match services.meter() {
        Some(meter) => meter.save(&**services.store()).await.map(|_| ()),
        None => Ok(()),
    }
}
