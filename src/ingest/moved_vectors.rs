//! Vectors that came with an index, before what they belong to is indexed.

use std::sync::Arc;

use super::IngestError;
use super::follow::record_of;
use crate::compute::Compute;
use crate::search::{MovedVectors, SearchIndex};
use crate::store::Store;

/// Skills whose vectors are embedded here and compared. Of vectors of which one in twenty is
/// false, 96 of a hundred times one is among so many.
const SAMPLE: usize = 64;

/// Takes vectors over as far as a sample of them, drawn at random, is what the chosen embedder
/// makes of the stored texts. Returns how many; none where another embedder was chosen.
///
/// # Errors
/// Fails where the store or the index does.
pub async fn take_over_vectors(
    store: &Arc<dyn Store>,
    search: &SearchIndex,
    compute: &Compute,
    vectors: MovedVectors,
) -> Result<u64, IngestError> {
    let latest = store.sequence().await?;
    let mut sample = Vec::with_capacity(SAMPLE);
    for _ in 0..SAMPLE {
        let drawn = uuid::Uuid::new_v4().as_u128() as u64 % latest.max(1);
        let changes = store.changes_since(drawn, 1).await?;
        sample.extend(changes.into_iter().filter_map(|change| record_of(change).ok()));
    }
    let search = search.clone();
    Ok(compute.run(move || search.take_over_vectors(&vectors, &sample)).await??)
}
