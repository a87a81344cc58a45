//! What registries themselves know of certified releases: asked, kept with the certificate, and
//! asked again while a service runs.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::Services;
use super::super::advisories::AdvisoriesError;
use crate::advisory::Advisory;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::{Timestamp, sanitise_line};
use crate::source::PackageFetchError;

/// How old an answer may become before the registry is asked again.
const FRESH: Duration = Duration::from_secs(6 * 3_600);
/// How often a service looks for answers that are too old, or missing.
const LOOK_INTERVAL: Duration = Duration::from_secs(60);
/// How long it leaves a registry alone that failed.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Releases that are asked about at once.
const BATCH: u32 = 200;
/// How long a registry is asked at once.
const ASKING_TIME: Duration = Duration::from_secs(60);

/// What came of asking a registry.
#[derive(Debug)]
pub struct AskedRegistry {
    /// Releases of which it answered, and whose answers are kept.
    pub answered: usize,
    /// Why it was not asked about the rest.
    pub failure: Option<PackageFetchError>,
}

/// Asks the registry of these releases what it knows of them, and keeps what it says in the place
/// of what it said before; where it fails, what was said before stays. All of them are of one
/// registry.
///
/// # Errors
/// Fails where the store does.
pub async fn ask_registry(
    services: &Services,
    registry: PackageRegistry,
    releases: Vec<PackageSpec>,
) -> Result<AskedRegistry, AdvisoriesError> {
    let Some(client) = services.packages().cloned().filter(|client| client.knows(registry)) else {
        return Ok(AskedRegistry { answered: 0, failure: Some(PackageFetchError::NotConfigured { registry }) });
    };
    let asking = tokio::task::spawn_blocking(move || client.said_of(registry, &releases, ASKING_TIME)).await;
    let said = asking.map_err(|_| AdvisoriesError::Ended)?;
    let (now, mut answers) = (services.now(), Vec::new());
    for (spec, records) in said.answers {
        let mut advisories = Vec::new();
        for record in &records {
            match Advisory::of_registry(record, &spec, now) {
                Ok(advisory) => advisories.push(advisory),
                // One that cannot be read must not hide the others.
                Err(error) => {
                    let reason = sanitise_line(&error.to_string(), 200);
                    tracing::warn!(package = %spec, reason, "a registry tells of an advisory that cannot be read");
                }
            }
        }
        answers.push((spec, advisories));
    }
    services.store().put_registry_answers(&answers, now).await?;
    Ok(AskedRegistry { answered: answers.len(), failure: said.failure })
}

/// Asks about certified releases of which a registry was never asked, or not for six hours, until
/// there are none or it fails; returns how many were answered.
///
/// # Errors
/// Fails where the store does.
pub async fn renew_registry_advisories(
    services: &Services,
    registry: PackageRegistry,
) -> Result<AskedRegistry, AdvisoriesError> {
    let mut total = AskedRegistry { answered: 0, failure: None };
    loop {
        let before = services.now().as_milliseconds() - FRESH.as_millis() as i64;
        let before = Timestamp::from_milliseconds(before);
        let waiting = services.store().releases_to_ask(registry, before, BATCH).await?;
        if waiting.is_empty() {
            return Ok(total);
        }
        let asked = ask_registry(services, registry, waiting).await?;
        total.answered += asked.answered;
        if asked.failure.is_some() || asked.answered == 0 {
            return Ok(AskedRegistry { failure: asked.failure, ..total });
        }
    }
}

/// Keeps what registries say of certified releases fresh, for as long as a service runs.
pub(in crate::operations) async fn keep_registry_advisories(services: &Services) {
    let Some(client) = services.packages() else { return };
    let known: Vec<_> = PackageRegistry::ALL.into_iter().filter(|registry| client.knows(*registry)).collect();
    if known.is_empty() {
        return;
    }
    let mut rests: BTreeMap<PackageRegistry, u32> = BTreeMap::new();
    loop {
        for registry in &known {
            let rest = rests.entry(*registry).or_default();
            if *rest > 0 {
                *rest -= 1;
                continue;
            }
            match renew_registry_advisories(services, *registry).await {
                Ok(AskedRegistry { failure: Some(error), .. }) => {
                    tracing::warn!(%registry, %error, "a registry does not tell its advisories");
                    *rest = (PATIENCE.as_secs() / LOOK_INTERVAL.as_secs()) as u32;
                }
                Ok(AskedRegistry { answered: 0, .. }) => {}
                Ok(AskedRegistry { answered, .. }) => {
                    tracing::info!(%registry, answered, "asked for advisories of certified packages");
                }
                Err(error) => tracing::warn!(%error, "advisories of registries could not be kept"),
            }
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}
