//! A visit to one source.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::Semaphore;

use super::bounded::{Bounded, Excess};
use super::report::VisitOutcome;
use super::{bounds, cause};
use crate::ingest::{IngestError, IngestProgress, IngestReport, IngestStage, Pipeline, store_source};
use crate::source::{SkillStream, SourceSpec, StreamEnd, open_within, revision_since};
use crate::store::{FailureCause, JobFailure, LeasedJob, StoreError};

/// How a visit ended, and what the source is like.
pub(super) struct Visit {
    pub outcome: VisitOutcome,
    pub revision: Option<String>,
}

/// Visits the source of a job: asks whether it changed, and reads it where it did. A source that
/// has moved is read at its new place; then what it showed at the old one is what it shows no
/// more. Fails only where the store does, which is no fault of the source.
pub(super) async fn visit(
    pipeline: &Pipeline,
    readers: &Semaphore,
    scratch: &Path,
    job: &LeasedJob,
    new_place: Option<String>,
) -> Result<Visit, StoreError> {
    let reading = bounds::of_reading(&job.bounds);
    let (key, folder) = (new_place.clone().unwrap_or_else(|| job.key.clone()), scratch.to_owned());
    let known = job.revision.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let spec = SourceSpec::parse(&key)?;
        revision_since(&spec, &reading, Some(&folder), known.as_deref()).map(|revision| (spec, revision))
    });
    let (spec, revision) = match asked.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Ok(failed(cause::of_source(&error), None)),
        Err(_) => return Ok(failed(internal("asking the source broke off"), None)),
    };
    // The same commit at another place is something else.
    let revision = match new_place {
        Some(place) => revision.map(|revision| format!("{revision} at {place}")),
        None => revision,
    };
    if revision.is_some() && revision == job.revision {
        return Ok(Visit { outcome: VisitOutcome::Unchanged, revision });
    }
    // The semaphore lives as long as the crawl, and nobody closes it.
    let _reader = readers.acquire().await;
    let excess: Excess = Arc::new(OnceLock::new());
    let open = {
        let (limits, started, excess) = (job.bounds, Instant::now(), Arc::clone(&excess));
        let folder = scratch.to_owned();
        move || {
            let stream = open_within(&spec, &reading, Some(&folder))?;
            Ok(Box::new(Bounded::new(stream, limits, started, excess)) as Box<dyn SkillStream>)
        }
    };
    let stored = match store_source(pipeline, job.key.clone(), open, Arc::new(Silent)).await {
        Ok(report) => report,
        Err(IngestError::Source(error)) => return Ok(failed(cause::of_source(&error), None)),
        Err(IngestError::Store(error)) => return Err(error),
        Err(error @ (IngestError::Search(_) | IngestError::Compute(_))) => {
            return Ok(failed(internal(&error.to_string()), None));
        }
    };
    if stored.is_finished {
        return Ok(Visit { outcome: VisitOutcome::Read(Box::new(stored)), revision });
    }
    let failure = match excess.get() {
        Some(failure) => failure.clone(),
        None => interruption(&stored),
    };
    Ok(failed(failure, Some(stored)))
}

fn failed(failure: JobFailure, stored: Option<IngestReport>) -> Visit {
    Visit { outcome: VisitOutcome::Failed { failure, stored: stored.map(Box::new) }, revision: None }
}

fn internal(detail: &str) -> JobFailure {
    JobFailure::new(FailureCause::Internal, detail)
}

/// Says why a source was not read to its end, in its own words. What ends it for good counts
/// for more than what a host may answer when it is asked again.
fn interruption(stored: &IngestReport) -> JobFailure {
    let ends = || stored.failures.iter().filter_map(|failure| Some((failure.ends_stream?, &failure.reason)));
    match ends().find(|(end, _)| *end == StreamEnd::Stopped).or_else(|| ends().next()) {
        Some((StreamEnd::Interrupted, reason)) => JobFailure::new(FailureCause::Unreachable, reason),
        Some((StreamEnd::Stopped, reason)) => JobFailure::new(FailureCause::Unreadable, reason),
        None => JobFailure::new(FailureCause::Unreadable, "it could not be read to its end"),
    }
}

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}
