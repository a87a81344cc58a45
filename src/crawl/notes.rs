//! What a visit means for the skills of its source.

use std::time::Duration;

use super::report::VisitOutcome;
use crate::skill::{RepositoryFacts, RepositoryKey, SourceIdentity, Timestamp};
use crate::source::{GitLocation, SourceSpec};
use crate::store::{FailureCause, Store, StoreError, VisitNote};

/// How long after it was first heard to be gone a source is unlisted, if it is heard again. A
/// host answers "not found" during an outage, or while a repository changes its name or its
/// owner, and most of that is over within a day.
pub(super) const GONE_CONFIRMATION: Duration = Duration::from_secs(24 * 3_600);

/// Says what to note of a visit. What a host says of a repository by its own interface is
/// definite, and needs no second visit; one that moved to a place that is visited itself is
/// shown there.
pub(super) async fn note_of(
    store: &dyn Store,
    key: &str,
    outcome: &VisitOutcome,
    now: Timestamp,
) -> Result<VisitNote, StoreError> {
    let facts = facts_of(store, key).await?;
    let at_once = VisitNote::Gone { confirmed_by: now };
    Ok(match outcome {
        VisitOutcome::Unchanged | VisitOutcome::Read(_) => match facts.and_then(|facts| facts.moved_to) {
            Some(place) if is_visited(store, key, &place).await? => at_once,
            _ => VisitNote::Seen { is_changed: false },
        },
        VisitOutcome::Failed { failure, .. } if failure.cause == FailureCause::Gone => {
            if facts.is_some_and(|facts| facts.is_gone) {
                at_once
            } else {
                VisitNote::Gone { confirmed_by: super::run::before(now, GONE_CONFIRMATION) }
            }
        }
        VisitOutcome::Failed { .. } => VisitNote::Failed,
    })
}

async fn facts_of(store: &dyn Store, key: &str) -> Result<Option<RepositoryFacts>, StoreError> {
    let Some(repository) = repository_of(key) else { return Ok(None) };
    Ok(store.repository_facts(&[repository]).await?.into_iter().next().map(|(_, facts)| facts))
}

fn repository_of(key: &str) -> Option<RepositoryKey> {
    let SourceSpec::Git(spec) = SourceSpec::parse(key).ok()? else { return None };
    let GitLocation::Remote(url) = spec.location else { return None };
    RepositoryKey::of(&SourceIdentity::of_clone_url(&url, "").ok()?)
}

/// Tells whether the same part of the repository at `place` is visited as well.
async fn is_visited(store: &dyn Store, key: &str, place: &RepositoryKey) -> Result<bool, StoreError> {
    let part = key.split_once('#').map_or_else(String::new, |(_, part)| format!("#{part}"));
    let moved = format!("git:https://{place}{part}");
    let histories = store.source_histories(&[moved]).await?;
    Ok(histories.iter().any(|history| history.seen_at.is_some() && history.unlisted_at.is_none()))
}
