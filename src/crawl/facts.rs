//! What GitHub knows of the repositories that are visited.

use std::time::Duration;

use crate::github::{GithubClient, GithubError, RepositoryName};
use crate::skill::{RepositoryFacts, Timestamp};
use crate::source::{GitLocation, GitSpec, SourceSpec};
use crate::store::{JobBounds, JobKind, NewJob, Store, StoreError};

/// How long facts are true enough. Stars move slowly, and who moves a repository is followed by
/// the host for longer than that.
pub(super) const FACTS_AGE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Returns the job that asks for the facts of a source's repository; `None` where it is not on
/// this GitHub.
pub(super) fn job_of(github: &GithubClient, source: &str, bounds: JobBounds) -> Option<NewJob> {
    let repository = repository_of(github, &git_spec(source)?)?;
    // Two branches of one repository are one question.
    let key = SourceSpec::parse(&github.address().source_of(&repository)).ok()?.key();
    Some(NewJob { kind: JobKind::FetchFacts, key, bounds })
}

/// Asks for the facts of a repository and stores them. Fails where the store does; that GitHub
/// does is told.
pub(super) async fn fetch(
    store: &dyn Store,
    github: &GithubClient,
    source: &str,
    now: Timestamp,
) -> Result<Result<(), GithubError>, StoreError> {
    let gone = || GithubError::Gone { what: source.to_owned() };
    let repository = git_spec(source).and_then(|spec| repository_of(github, &spec));
    let Some((repository, key)) = repository.and_then(|name| Some((name.clone(), github.address().key_of(&name)?)))
    else {
        return Ok(Err(gone()));
    };
    let known = store.repository_facts(std::slice::from_ref(&key)).await?.pop().map(|row| row.1);
    match github.facts(&repository, known.as_ref(), now).await {
        Ok(facts) => {
            // What is read at the new place from now on has the same facts. They are asked for
            // by another name there, if at all, so the entity tag stays here.
            let there = RepositoryFacts { moved_to: None, entity_tag: None, ..facts.clone() };
            let moved = facts.moved_to.clone().map(|place| (place, there));
            let rows: Vec<_> = std::iter::once((key, facts)).chain(moved).collect();
            store.put_repository_facts(&rows).await.map(Ok)
        }
        Err(error) => Ok(Err(error)),
    }
}

/// Returns the source to be read instead of this one, where its repository is known to have been
/// renamed or moved.
pub(super) async fn new_place(
    store: &dyn Store,
    github: &GithubClient,
    source: &str,
) -> Result<Option<String>, StoreError> {
    let Some(spec) = git_spec(source) else { return Ok(None) };
    let key = repository_of(github, &spec).and_then(|repository| github.address().key_of(&repository));
    let Some(key) = key else { return Ok(None) };
    let facts = store.repository_facts(&[key]).await?.pop().map(|row| row.1);
    let moved_to = facts.and_then(|facts| facts.moved_to).as_ref().and_then(RepositoryName::of_key);
    Ok(moved_to.and_then(|place| {
        let GitSpec { location, .. } = git_spec(&github.address().source_of(&place))?;
        Some(SourceSpec::Git(GitSpec { location, ..spec }).key())
    }))
}

fn git_spec(source: &str) -> Option<GitSpec> {
    match SourceSpec::parse(source) {
        Ok(SourceSpec::Git(spec)) => Some(spec),
        _ => None,
    }
}

fn repository_of(github: &GithubClient, spec: &GitSpec) -> Option<RepositoryName> {
    match &spec.location {
        GitLocation::Remote(url) => github.address().repository_at(url),
        GitLocation::OnDisk(folder) => github.address().repository_in(folder),
    }
}
