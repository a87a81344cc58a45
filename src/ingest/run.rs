//! One run over one source.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::prepare::{Prepared, prepare};
use super::{IngestError, IngestProgress, IngestReport, IngestStage, follow, hash_stored, read_packages, starter};
use crate::compute::Compute;
use crate::search::SearchIndex;
use crate::skill::Timestamp;
use crate::source::{self, FoundSkill, SkillStream, SourceFailure, SourceItem, SourceSpec};
use crate::store::{STARTER_SOURCE, Store};

/// Skills that are parsed, scanned and stored together.
const BATCH_SKILLS: usize = 512;
/// Bytes after which a batch is closed early, which bounds the memory of a run.
const BATCH_BYTES: usize = 24 * 1024 * 1024;
/// Batches that wait between two stages.
const WAITING_BATCHES: usize = 1;

/// What a run works with.
#[derive(Clone)]
pub struct Pipeline {
    /// Where skills are stored.
    pub store: Arc<dyn Store>,
    /// What follows the store.
    pub search: SearchIndex,
    /// Where parsing and scanning run.
    pub compute: Compute,
    /// The time.
    pub clock: fn() -> Timestamp,
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pipeline").finish_non_exhaustive()
    }
}

/// Ingests the source that `text` names.
///
/// # Errors
/// Fails where the source cannot be opened or the store fails; single skills that cannot be
/// read are failures in the report.
pub async fn ingest(
    pipeline: &Pipeline,
    text: &str,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    let spec = SourceSpec::parse(text)?;
    let key = spec.key();
    let open = move || source::open(&spec);
    run(pipeline, key, open, progress).await
}

/// Ingests the catalogue that ships inside the program.
///
/// # Errors
/// Fails where the store fails.
pub async fn ingest_starter(
    pipeline: &Pipeline,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    run(pipeline, STARTER_SOURCE.to_owned(), || Ok(starter::open()), progress).await
}

struct Batch {
    skills: Vec<FoundSkill>,
    failures: Vec<SourceFailure>,
    position: (u64, Option<u64>),
}

async fn run(
    pipeline: &Pipeline,
    key: String,
    open: impl FnOnce() -> Result<Box<dyn SkillStream>, source::SourceError> + Send + 'static,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    let mut report = store_source(pipeline, key, open, progress.clone()).await?;
    let hashing = Instant::now();
    hash_stored(&pipeline.store, &pipeline.compute).await?;
    read_packages(&pipeline.store, &pipeline.compute, (pipeline.clock)()).await?;
    report.read_time += hashing.elapsed();
    progress.report(IngestStage::Indexing);
    let indexing = Instant::now();
    follow(&pipeline.store, &pipeline.search, &pipeline.compute).await?;
    report.index_time = indexing.elapsed();
    Ok(report)
}

/// Reads, scans and stores what `open` yields under `key`, and leaves the index as it is: for
/// whoever stores many sources and lets the index follow now and then.
///
/// # Errors
/// Fails where the source cannot be opened or the store fails; single skills that cannot be
/// read are failures in the report.
pub async fn store_source(
    pipeline: &Pipeline,
    key: String,
    open: impl FnOnce() -> Result<Box<dyn SkillStream>, source::SourceError> + Send + 'static,
    progress: Arc<dyn IngestProgress>,
) -> Result<IngestReport, IngestError> {
    let started = Instant::now();
    let now = (pipeline.clock)();
    let store = &pipeline.store;
    let (batches, mut incoming) = mpsc::channel::<Batch>(WAITING_BATCHES);
    let reader = tokio::task::spawn_blocking(move || open().map(|stream| read(stream, &batches)));
    let source_run = store.begin_run(&key, now).await?;
    let (prepared, mut outgoing) = mpsc::channel::<(Prepared, (u64, Option<u64>))>(WAITING_BATCHES);
    let preparing = async {
        let mut seen = HashSet::new();
        while let Some(batch) = incoming.recv().await {
            let mut result = prepare(store, &pipeline.compute, batch.skills, &mut seen, now).await?;
            result.failures.extend(batch.failures);
            if prepared.send((result, batch.position)).await.is_err() {
                break;
            }
        }
        drop(prepared);
        Ok::<(), IngestError>(())
    };
    let mut report = IngestReport { source: key.clone(), ..IngestReport::default() };
    let storing = async {
        while let Some((batch, (done, total))) = outgoing.recv().await {
            for revision in batch.observations.iter().filter_map(|observation| observation.revision.as_ref()) {
                *report.verdicts.entry(revision.status()).or_default() += 1;
            }
            report.incomplete += batch.incomplete;
            batch.failures.into_iter().for_each(|failure| report.fail(failure));
            let outcome = store.apply(source_run, batch.observations, now).await?;
            report.added += outcome.added;
            report.changed += outcome.changed;
            report.moved += outcome.moved;
            report.unchanged += outcome.unchanged;
            progress.report(IngestStage::Reading {
                done,
                total,
                skills: report.skills(),
                failures: report.failure_count,
            });
        }
        Ok::<(), IngestError>(())
    };
    // Each side owns its end of the channel, so that one that fails ends the other.
    tokio::try_join!(preparing, storing)?;
    let is_whole = reader.await.map_err(|_| crate::compute::ComputeError)??;
    if is_whole {
        report.removed = store.finish_run(source_run, (pipeline.clock)()).await?.removed;
    }
    report.is_finished = is_whole;
    report.read_time = started.elapsed();
    Ok(report)
}

/// Reads a stream into batches; tells whether it was read to its end.
fn read(mut stream: Box<dyn SkillStream>, batches: &mpsc::Sender<Batch>) -> bool {
    let mut is_whole = true;
    loop {
        let mut batch = Batch { skills: Vec::new(), failures: Vec::new(), position: (0, None) };
        let mut bytes = 0;
        let mut is_over = false;
        while batch.skills.len() < BATCH_SKILLS && bytes < BATCH_BYTES {
            match stream.next() {
                Some(SourceItem::Skill(skill)) => {
                    bytes += skill.bundle.size_bytes();
                    batch.skills.push(*skill);
                }
                Some(SourceItem::Failure(failure)) => {
                    is_whole &= failure.ends_stream.is_none();
                    batch.failures.push(failure);
                }
                None => {
                    is_over = true;
                    break;
                }
            }
        }
        batch.position = stream.progress();
        if batches.blocking_send(batch).is_err() || is_over {
            return is_whole;
        }
    }
}
