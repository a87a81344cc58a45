//! Vectors of a model that takes its time, after the commit.

use super::IngestError;
use crate::compute::Compute;
use crate::search::{EmbeddingProgress, SearchIndex};

/// Runs that follow each other at once: one, and another for what was committed meanwhile.
const RUNS: usize = 2;

/// Embeds what the chosen model has not embedded yet and tells how far it is; returns how many
/// texts. Does nothing where the embedder needs no such run, or another process is at it. What
/// was embedded is kept, however the run ends.
///
/// # Errors
/// Fails where the model cannot be loaded or run, or the index not be written.
pub async fn embed_missing(
    search: &SearchIndex,
    compute: &Compute,
    tell: impl Fn(EmbeddingProgress),
) -> Result<u64, IngestError> {
    let mut embedded = 0;
    for _ in 0..RUNS {
        let index = search.clone();
        let Some(mut run) = compute.run(move || index.start_embedding()).await?? else { return Ok(embedded) };
        let total = run.progress().total;
        loop {
            tell(run.progress());
            // Each step waits for its turn, so that searches are not kept back.
            let (stepped, is_more) = compute
                .run(move || {
                    let is_more = run.step();
                    (run, is_more)
                })
                .await?;
            run = stepped;
            if !is_more? {
                break;
            }
        }
        tell(run.progress());
        compute.run(move || run.finish()).await??;
        embedded += total;
    }
    Ok(embedded)
}
