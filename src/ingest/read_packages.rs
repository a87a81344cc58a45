//! Reads which packages stored bundles use, where they came in without.

use std::sync::Arc;

use rayon::prelude::*;

use super::IngestError;
use crate::compute::Compute;
use crate::scan::package_uses;
use crate::skill::{SkillBundle, Timestamp};
use crate::store::Store;

/// Bundles that are read at once.
const CHUNK: u32 = 64;

/// Reads the packages of every stored bundle that the current reader has not seen; returns how
/// many.
///
/// # Errors
/// Fails where the store does; what was read before is kept.
pub async fn read_packages(store: &Arc<dyn Store>, compute: &Compute, now: Timestamp) -> Result<u64, IngestError> {
    let mut count = 0;
    let mut after = None;
    loop {
        let bundles = store.unread_packages(after, CHUNK).await?;
        let Some((last, ..)) = bundles.last() else { return Ok(count) };
        after = Some(*last);
        let read: Vec<_> = compute
            .run(move || {
                let uses = bundles.into_par_iter().map(|(key, raw, name)| {
                    // What was stored was parsed; where that ever fails, the bundle must not come
                    // back with every call.
                    let bundle = SkillBundle::parse(raw, Some(&name));
                    (key, bundle.map(|(bundle, issues)| package_uses(&bundle, &issues)).unwrap_or_default())
                });
                uses.collect()
            })
            .await?;
        count += read.len() as u64;
        store.put_packages(read, now).await?;
    }
}
