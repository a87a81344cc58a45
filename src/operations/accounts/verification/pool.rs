//! How many verifications run at once, and who takes up what was left.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::super::super::Services;
use super::run::{Trouble, give_up, run};
use crate::skill::Timestamp;
use crate::store::{StoreError, VerificationRecord};

/// Verifications that run at once: each may hold 64 MiB of files.
const RUNNING: usize = 2;
/// How long one has itself alone. It is longer than a fetch, an unpacking and a scan of all that
/// may be fetched, so that only what was killed is taken over.
const LEASE: Duration = Duration::from_secs(600);
/// How often one is begun before it is given up: something in it may end the process.
const ATTEMPTS: u32 = 3;
/// How often a service looks for what was left.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// The places in which verifications run.
#[derive(Debug)]
pub(in super::super) struct Pool {
    places: Arc<Semaphore>,
}

impl Pool {
    /// Makes an empty pool.
    pub(in super::super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(RUNNING)) }
    }
}

/// Returns until when a verification that begins now belongs to whoever begins it.
pub(super) fn lease_until(now: Timestamp) -> Timestamp {
    Timestamp::from_milliseconds(now.as_milliseconds() + LEASE.as_millis() as i64)
}

/// Runs a verification once there is a place, whether or not anybody waits for it.
pub(super) fn spawn(
    services: Services,
    record: VerificationRecord,
) -> JoinHandle<Result<(VerificationRecord, Trouble), StoreError>> {
    tokio::spawn(async move {
        let places = services.accounts().map(|accounts| Arc::clone(&accounts.verifications.places));
        let _place = match places {
            Some(places) => places.acquire_owned().await.ok(),
            None => None,
        };
        run(&services, record).await
    })
}

/// Takes up verifications that a process left behind, one after the other, until there are none;
/// returns how many.
///
/// # Errors
/// Fails where the store does.
pub async fn resume_verifications(services: &Services) -> Result<u64, StoreError> {
    let Some(accounts) = services.accounts() else { return Ok(0) };
    let mut count = 0;
    loop {
        let Ok(_place) = accounts.verifications.places.acquire().await else { return Ok(count) };
        let now = services.now();
        let Some(record) = services.store().resume_verification(lease_until(now), now).await? else {
            return Ok(count);
        };
        count += 1;
        if record.attempt > ATTEMPTS {
            give_up(services, record).await?;
        } else {
            run(services, record).await?;
        }
    }
}

/// Takes up what was left, for as long as a service runs.
pub(in crate::operations) async fn keep_verifications(services: &Services) {
    if services.accounts().is_none() {
        return;
    }
    loop {
        match resume_verifications(services).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "took up verifications that were left"),
            Err(error) => tracing::warn!(%error, "could not take up verifications that were left"),
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}
