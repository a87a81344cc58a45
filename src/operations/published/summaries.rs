//! What an index says of artifacts, kept so that nothing is packed twice for it.

use std::sync::Arc;

use moka::sync::Cache;

use super::artifact::{Artifact, ArtifactKind, Unservable};
use crate::api::Problem;
use crate::operations::Services;
use crate::operations::problem::{store_failed, unforeseen};
use crate::skill::Sha256Digest;
use crate::store::BundleKey;

/// Bundles of which the summary is kept: some hundred bytes each.
const SUMMARIES: u64 = 20_000;

/// What an index says of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArtifactSummary {
    pub kind: ArtifactKind,
    pub digest: Sha256Digest,
    pub files: Vec<String>,
}

/// Summaries by bundle. A bundle never changes, so none is ever out of date.
#[derive(Clone)]
pub(in crate::operations) struct SummaryCache {
    by_bundle: Cache<BundleKey, Arc<Result<ArtifactSummary, Unservable>>>,
}

impl SummaryCache {
    pub(in crate::operations) fn new() -> Self {
        Self { by_bundle: Cache::new(SUMMARIES) }
    }
}

/// Returns what an index says of a bundle's artifact, and how many bytes were read for it.
pub(super) async fn summary(
    services: &Services,
    key: BundleKey,
) -> Result<(Arc<Result<ArtifactSummary, Unservable>>, usize), Problem> {
    const NAME: &str = "list_collection";
    let cache = &services.artifact_summaries().by_bundle;
    if let Some(known) = cache.get(&key) {
        return Ok((known, 0));
    }
    let raw = services.store().bundle_files(key).await.map_err(store_failed(NAME))?;
    let raw = raw.ok_or_else(|| unforeseen(NAME, &"a bundle is missing"))?;
    let size = raw.size_bytes();
    let summary = services
        .compute()
        .run(move || {
            Artifact::of(&raw).map(|artifact| ArtifactSummary {
                kind: artifact.kind,
                digest: artifact.digest,
                files: artifact.files,
            })
        })
        .await
        .map_err(|error| unforeseen(NAME, &error))?;
    let summary = Arc::new(summary);
    cache.insert(key, summary.clone());
    Ok((summary, size))
}
