//! Keep a running service up to date.

use std::time::Duration;

use super::accounts::{keep_scanning, keep_verifications, keep_webhooks};
use super::packages::keep_registry_advisories;
use super::{FollowReport, IngestError, Services, take_over_takedowns};

/// How often a service looks whether another process has changed the store.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

/// How often it looks for new keys that sign access tokens.
const KEY_INTERVAL: Duration = Duration::from_secs(10);

/// How often a service looks for bundles that the current rules have not seen: to look reads
/// the keys of all.
const RESCAN_INTERVAL: Duration = Duration::from_secs(600);

/// How long it waits with a model that could not be used: until somebody has put it there.
const MODEL_INTERVAL: Duration = Duration::from_secs(600);

/// Keeps a service up to date until the process ends: takes over what other processes
/// stored, scans again what older rules have scanned, embeds what a chosen model has not
/// embedded, and calls `on_change` when answers that were made before may be out of date.
pub async fn keep_up(services: Services, on_change: impl Fn() + Send) {
    // Scanning again may take minutes, in which a withdrawn verdict must not be served.
    futures::join!(
        scan_again(&services),
        hash_again(&services),
        read_packages(&services),
        follow(&services, on_change),
        embed(&services),
        renew_keys(&services),
        keep_scanning(&services),
        keep_verifications(&services),
        keep_webhooks(&services),
        keep_registry_advisories(&services)
    );
}

/// What an import brings in without a verdict, or with one of older rules, waits no longer.
async fn scan_again(services: &Services) {
    loop {
        match services.rescan_outdated().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "scanned again under the current rules"),
            Err(error) => tracing::warn!(%error, "could not scan again what older rules have scanned"),
        }
        tokio::time::sleep(RESCAN_INTERVAL).await;
    }
}

async fn hash_again(services: &Services) {
    match services.hash_stored().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "hashed by every recipe what was stored before"),
        Err(error) => tracing::warn!(%error, "could not hash what was stored before"),
    }
}

/// What an import brings in, or was stored before, is found by its packages too.
async fn read_packages(services: &Services) {
    loop {
        match services.read_packages().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "read which packages stored bundles use"),
            Err(error) => tracing::warn!(%error, "could not read which packages stored bundles use"),
        }
        tokio::time::sleep(RESCAN_INTERVAL).await;
    }
}

/// Takes over keys that another process made, so that what it signs is accepted here.
async fn renew_keys(services: &Services) {
    let Some(accounts) = services.accounts() else { return };
    loop {
        tokio::time::sleep(KEY_INTERVAL).await;
        if let Err(error) = accounts.renew_keys(&**services.store()).await {
            tracing::warn!(%error, "could not read the keys that sign access tokens");
        }
    }
}

/// Search answers with what it has until the vectors are complete.
async fn embed(services: &Services) {
    loop {
        let interval = match services.embed_missing().await {
            Ok(0) => FOLLOW_INTERVAL,
            Ok(count) => {
                tracing::info!(count, "embedded with the chosen model");
                FOLLOW_INTERVAL
            }
            Err(error) => {
                tracing::warn!(%error, "could not embed with the chosen model");
                MODEL_INTERVAL
            }
        };
        tokio::time::sleep(interval).await;
    }
}

async fn follow(services: &Services, on_change: impl Fn() + Send) {
    let mut last = None;
    let mut is_behind = true;
    loop {
        if let Err(error) = take_over_takedowns(services).await {
            tracing::warn!(%error, "a list of takedowns could not be taken over");
        }
        let current = services.change_number().await;
        if current != last {
            // Answers first: a withdrawn verdict must not be served while search catches up.
            services.renew_records();
            on_change();
            last = current;
            is_behind = true;
        }
        if is_behind {
            is_behind = catch_up(services).await.is_err();
        }
        if services.reload() {
            on_change();
        }
        tokio::time::sleep(FOLLOW_INTERVAL).await;
    }
}

/// Another process that is ingesting holds the index and follows the store itself; where it is
/// killed before it does, the next attempt succeeds.
async fn catch_up(services: &Services) -> Result<FollowReport, IngestError> {
    services.follow().await.inspect_err(|error| tracing::debug!(%error, "search does not follow at the moment"))
}
