//! New rules look again at what is stored.

use std::sync::Arc;

use super::IngestError;
use super::prepare::revise;
use crate::compute::Compute;
use crate::skill::{RawBundle, SkillBundle, Timestamp};
use crate::store::{BundleKey, SkillRevision, Store};

/// Bundles that are read at once, which bounds the memory.
const CHUNK: u32 = 16;

/// Scans every listed bundle that the current rules have not seen; returns how many. The old
/// verdicts are kept. `progress` hears after each how many there were. Whoever is stopped goes on
/// with the next bundle when it is called again.
///
/// # Errors
/// Fails where the store does; what was scanned before is kept.
pub async fn rescan_outdated(
    store: &Arc<dyn Store>,
    compute: &Compute,
    now: Timestamp,
    progress: impl Fn(u64),
) -> Result<u64, IngestError> {
    let mut count = 0;
    let mut after = None;
    loop {
        let bundles = store.outdated_bundles(after, CHUNK).await?;
        // Whatever cannot be scanned again is passed over, and keeps nobody waiting.
        let Some((last, ..)) = bundles.last() else { return Ok(count) };
        after = Some(*last);
        for bundle in bundles {
            // One at a time, and each waits its turn: whoever searches meanwhile has the other
            // cores, and every slot of the pool in between.
            if let Some(revision) = compute.run(move || rescan(bundle, now)).await? {
                store.append_verdict(&revision).await?;
                count += 1;
            }
            progress(count);
        }
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
