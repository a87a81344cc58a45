//! One step in finding the sources that another one stands for.

use std::collections::HashSet;

use crate::github::{Finder, GithubClient, GithubError};
use crate::skill::Timestamp;
use crate::source::SourceSpec;
use crate::store::{EnqueueOutcome, EnqueueTerms, JobKind, LeasedJob, NewJob, Store, StoreError};

/// What a step did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step {
    /// What became of the sources that it found.
    pub sources: EnqueueOutcome,
    /// Whether there are more, which cannot be asked for.
    pub is_cut: bool,
}

/// Does one step: asks for one page, and queues what it names and what is left to be asked. Done
/// twice, it queues the same jobs. Fails where the store does; that GitHub does is told.
pub(super) async fn find(
    store: &dyn Store,
    github: &GithubClient,
    job: &LeasedJob,
    listed: &HashSet<String>,
    terms: EnqueueTerms,
) -> Result<Result<Step, GithubError>, StoreError> {
    let gone = || GithubError::Gone { what: job.key.clone() };
    let Some(Ok(finder)) = Finder::parse(&job.key) else { return Ok(Err(gone())) };
    let found = match github.find(&finder, terms.now).await {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let source = |repository| match SourceSpec::parse(&github.address().source_of(repository)) {
        Ok(spec) => Some(NewJob { kind: JobKind::CrawlSource, key: spec.key(), bounds: job.bounds }),
        Err(error) => {
            tracing::debug!(%repository, %error, "what was found cannot be read");
            None
        }
    };
    // A source that has a row of its own has its own bounds.
    let is_new = |job: &NewJob| !listed.contains(&job.key);
    let sources: Vec<NewJob> = found.repositories.iter().filter_map(source).filter(is_new).collect();
    let step = |finder: &Finder| NewJob { kind: JobKind::FindSources, key: finder.key(), bounds: job.bounds };
    // What a step leads to is as old as the step, whenever it was done before.
    let anew = EnqueueTerms { done_before: terms.now, poisoned_before: terms.now, ..terms };
    store.enqueue_found(&job.lease, found.next.iter().map(step).collect(), anew).await?;
    let sources = store.enqueue_found(&job.lease, sources, terms).await?;
    Ok(Ok(Step { sources, is_cut: found.is_cut }))
}

/// Returns when the host may be asked again, where that is why it gave no answer.
pub(super) fn limited_until(error: &GithubError) -> Option<Timestamp> {
    match error {
        GithubError::Limited { until, .. } => Some(*until),
        _ => None,
    }
}
