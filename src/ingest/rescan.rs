//! New rules look again at what is stored.

use std::sync::Arc;

use rayon::prelude::*;

use super::IngestError;
use super::prepare::revise;
use crate::compute::Compute;
use crate::skill::{RawBundle, SkillBundle, Timestamp};
use crate::store::{BundleKey, SkillRevision, Store};

/// Bundles that are scanned at once.
const CHUNK: u32 = 64;

/// Scans every listed bundle that the current rules have not seen; returns how many. The old
/// verdicts are kept.
///
/// # Errors
/// Fails where the store does; what was scanned before is kept.
pub async fn rescan_outdated(store: &Arc<dyn Store>, compute: &Compute, now: Timestamp) -> Result<u64, IngestError> {
    let mut count = 0;
    loop {
        let bundles = store.outdated_bundles(CHUNK).await?;
        let revisions: Vec<SkillRevision> =
            compute.run(move || bundles.into_par_iter().filter_map(|bundle| rescan(bundle, now)).collect()).await?;
        if revisions.is_empty() {
            return Ok(count);
        }
        for revision in &revisions {
            store.append_verdict(revision).await?;
        }
        count += revisions.len() as u64;
    }
}

/// Scans a stored bundle under the name that it had.
fn rescan((key, raw, name): (BundleKey, RawBundle, String), now: Timestamp) -> Option<SkillRevision> {
    let (bundle, issues) = SkillBundle::parse(raw, Some(&name)).ok()?;
    let revision = revise(bundle, issues, now);
    // A parser that reads the same bytes otherwise than before would file the verdict under
    // a bundle that is not stored; the next ingest sees such a bundle as new.
    (revision.key() == key).then_some(revision)
}
