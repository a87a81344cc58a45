//! Take over what is publicly known of packages, and ask about a package.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokio::sync::mpsc;

use super::Services;
use crate::advisory::Advisory;
use crate::package::{PackageName, PackageRegistry, PackageSpec};
use crate::skill::sanitise_line;
use crate::source::{AdvisoryFile, SourceError};
use crate::store::{AdvisoryCounts, AdvisoryOutcome, StoreError};

/// Advisories that are stored at once.
const BATCH: usize = 500;
/// Batches that wait to be stored.
const WAITING: usize = 4;
/// Failures that a report lists; the rest is counted.
const LISTED_FAILURES: usize = 20;
/// Characters of a reason.
const REASON_CHARACTERS: usize = 200;

/// What was taken over from a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdvisoryImport {
    /// What it changed.
    pub outcome: AdvisoryOutcome,
    /// Records that concern no package of npm or PyPI.
    pub elsewhere: u64,
    /// Records that could not be read.
    pub failure_count: u64,
    /// The first of them, with the reasons; sanitised.
    pub failures: Vec<String>,
}

/// Why advisories could not be taken over or told.
#[derive(Debug, thiserror::Error)]
pub enum AdvisoriesError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It holds no advisory at all.
    #[error("`{path}` holds no advisory: {reason}")]
    Nothing {
        /// The file, sanitised.
        path: String,
        /// What was there instead.
        reason: String,
    },
    /// The program failed.
    #[error("reading the file broke off")]
    Ended,
}

/// What one record of a file was.
enum Read {
    Advisory(Box<Advisory>),
    Elsewhere,
    Failure(String),
}

/// Takes the advisories of a file over: those that are new or newer than what is stored. A
/// record that cannot be read is told and passed over.
///
/// # Errors
/// Fails where the file cannot be read or holds no advisory, or the store fails.
pub async fn import_advisories(
    services: &Services,
    path: &Path,
    on_progress: &(dyn Fn(u64) + Sync),
) -> Result<AdvisoryImport, AdvisoriesError> {
    let file = {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || AdvisoryFile::open(&path)).await.map_err(|_| AdvisoriesError::Ended)??
    };
    let (sender, mut batches) = mpsc::channel(WAITING);
    let reading = tokio::task::spawn_blocking(move || read(file, &sender));
    let mut import = AdvisoryImport::default();
    let mut done = 0;
    while let Some(batch) = batches.recv().await {
        done += batch.len() as u64;
        let mut advisories = Vec::new();
        for record in batch {
            match record {
                Read::Advisory(advisory) => advisories.push(*advisory),
                Read::Elsewhere => import.elsewhere += 1,
                Read::Failure(reason) => {
                    import.failure_count += 1;
                    if import.failures.len() < LISTED_FAILURES {
                        import.failures.push(reason);
                    }
                }
            }
        }
        import.outcome += services.store().put_advisories(&advisories, services.now()).await?;
        on_progress(done);
    }
    reading.await.map_err(|_| AdvisoriesError::Ended)?;
    if done == import.failure_count {
        let path = sanitise_line(&path.display().to_string(), REASON_CHARACTERS);
        let reason = import.failures.first().cloned().unwrap_or_else(|| "it is empty".to_owned());
        return Err(AdvisoriesError::Nothing { path, reason });
    }
    Ok(import)
}

fn read(file: AdvisoryFile, batches: &mpsc::Sender<Vec<Read>>) {
    let mut batch = Vec::with_capacity(BATCH);
    for row in file {
        let record = row.content.and_then(|bytes| Advisory::parse(&bytes).map_err(|error| error.to_string()));
        batch.push(match record {
            Ok(advisory) if advisory.affected.is_empty() => Read::Elsewhere,
            Ok(advisory) => Read::Advisory(Box::new(advisory)),
            Err(reason) => Read::Failure(sanitise_line(&format!("{}: {reason}", row.place), REASON_CHARACTERS)),
        });
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            return;
        }
    }
    if !batch.is_empty() {
        let _ = batches.blocking_send(batch);
    }
}

/// Returns what is known of a package: of the version where one is asked for, else of any.
///
/// # Errors
/// Fails where the store fails.
pub async fn advisories_of(services: &Services, package: &PackageSpec) -> Result<Vec<Advisory>, AdvisoriesError> {
    let mut found = advisories_of_each(services, std::slice::from_ref(package)).await?;
    Ok(found.pop().unwrap_or_default())
}

/// Returns what is known of each of these packages, in their order, as [`advisories_of`] does of
/// one, the worst first: from databases that were taken over, and from what their registries said
/// of the version when they were asked last.
///
/// # Errors
/// Fails where the store fails.
pub async fn advisories_of_each(
    services: &Services,
    packages: &[PackageSpec],
) -> Result<Vec<Vec<Advisory>>, AdvisoriesError> {
    let asked: BTreeSet<_> = packages.iter().map(|package| (package.registry, package.name.clone())).collect();
    let mut known = services.store().advisories_of(&asked.into_iter().collect::<Vec<_>>()).await?;
    worst_first(&mut known);
    let mut by_package: BTreeMap<(PackageRegistry, &PackageName), Vec<&Advisory>> = BTreeMap::new();
    for advisory in &known {
        let names: BTreeSet<_> = advisory.affected.iter().map(|affected| (affected.registry, &affected.name)).collect();
        names.into_iter().for_each(|name| by_package.entry(name).or_default().push(advisory));
    }
    let of = |package: &PackageSpec| {
        let found = by_package.get(&(package.registry, &package.name)).into_iter().flatten();
        let is_meant = |advisory: &Advisory| match &package.version {
            Some(version) => advisory.concerns(package.registry, &package.name, version),
            None => true,
        };
        found.filter(|advisory| is_meant(advisory)).map(|advisory| (*advisory).clone()).collect()
    };
    let mut answers = services.store().registry_answers(packages).await?;
    let mut found: Vec<Vec<Advisory>> = packages.iter().map(of).collect();
    for (package, found) in packages.iter().zip(&mut found) {
        let Some(answer) = answers.remove(&package.to_string()) else { continue };
        // What a database and the registry both know is told once, unless one knows it to be worse.
        let is_new = |said: &Advisory| {
            let is_told = |other: &Advisory| other.is_same_as(said) && other.is_malicious >= said.is_malicious;
            said.withdrawn.is_none() && !found.iter().any(is_told)
        };
        let new: Vec<Advisory> = answer.advisories.into_iter().filter(is_new).collect();
        found.extend(new);
        worst_first(found);
    }
    Ok(found)
}

fn worst_first(advisories: &mut [Advisory]) {
    advisories.sort_by(|left, right| {
        (right.is_malicious, right.severity, &left.id).cmp(&(left.is_malicious, left.severity, &right.id))
    });
}

/// Counts what is stored.
///
/// # Errors
/// Fails where the store fails.
pub async fn count_advisories(services: &Services) -> Result<AdvisoryCounts, AdvisoriesError> {
    Ok(services.store().advisory_counts().await?)
}
