//! New recipes hash again what is stored.

use std::sync::Arc;

use rayon::prelude::*;

use super::IngestError;
use crate::compute::Compute;
use crate::skill::SkillBundle;
use crate::store::{Store, recipe_digests};

/// Bundles that are hashed at once.
const CHUNK: u32 = 64;

/// Hashes every stored bundle that the current recipes have not seen; returns how many.
///
/// # Errors
/// Fails where the store does; what was hashed before is kept.
pub async fn hash_stored(store: &Arc<dyn Store>, compute: &Compute) -> Result<u64, IngestError> {
    let mut count = 0;
    loop {
        let bundles = store.unhashed_bundles(CHUNK).await?;
        if bundles.is_empty() {
            return Ok(count);
        }
        let hashed: Vec<_> = compute
            .run(move || {
                let digests = bundles.into_par_iter().map(|(key, raw, name)| {
                    // What was stored was parsed, so that it has a SKILL.md; where that ever
                    // fails, the bundle must not come back with every call.
                    let bundle = SkillBundle::parse(raw, Some(&name));
                    (key, bundle.map(|(bundle, _)| recipe_digests(&bundle)).unwrap_or_default())
                });
                digests.collect()
            })
            .await?;
        count += hashed.len() as u64;
        store.put_recipe_digests(hashed).await?;
    }
}
