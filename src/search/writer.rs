//! Writing: records in, one commit out.

use std::collections::HashSet;
use std::sync::Arc;

use tantivy::TantivyError;
use tantivy::directory::error::LockError;
use tantivy::schema::TantivyDocument;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::index::Inner;
use super::lexical::{document, id_term};
use super::neighbours::TAIL_VECTORS;
use super::semantic::{GraphError, VectorGraph, remove_outdated};
use super::state::CommitState;
use super::{IndexRecord, SearchError};
use crate::skill::SkillId;

/// Threads that turn text into postings.
const THREADS: usize = 2;
/// Postings that are held in memory; more of it means fewer segments to merge.
const HEAP_BYTES: usize = 160 * 1024 * 1024;
/// Vectors that a start may have to embed again: a tenth of a second of work.
const UNSAVED_VECTORS: usize = 500;

/// Writes records. Dropped without a commit, it leaves the index as it was.
pub struct IndexWriter {
    inner: Arc<Inner>,
    // Dropped before the turn, so that whoever comes next finds the folder free.
    writer: tantivy::IndexWriter<TantivyDocument>,
    turn: Option<WriteTurn>,
}

/// The right to be the one who writes in this process; given back when it is dropped.
pub struct WriteTurn(#[allow(dead_code, reason = "held, not read")] OwnedMutexGuard<()>);

impl WriteTurn {
    pub(super) async fn of(turns: Arc<Mutex<()>>) -> Self {
        Self(turns.lock_owned().await)
    }
}

impl IndexWriter {
    pub(super) fn start(inner: Arc<Inner>) -> Result<Self, SearchError> {
        let writer = inner.index.writer_with_num_threads(THREADS, HEAP_BYTES).map_err(|error| match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => {
                SearchError::WriterBusy { folder: inner.folder.clone() }
            }
            error => error.into(),
        })?;
        Ok(Self { inner, writer, turn: None })
    }

    /// Keeps a turn for as long as this writer is at work, on whichever thread that is.
    pub fn holding(self, turn: WriteTurn) -> Self {
        Self { turn: Some(turn), ..self }
    }

    /// Puts a record in the place of an earlier one of the same skill; one that is not
    /// searchable only removes the earlier one.
    ///
    /// # Errors
    /// Fails where the index cannot be written.
    pub fn upsert(&mut self, record: &IndexRecord) -> Result<(), SearchError> {
        self.remove(record.skill_id)?;
        if record.is_searchable() {
            self.writer.add_document(document(&self.inner.fields, record))?;
        }
        Ok(())
    }

    /// Removes a skill, if it is there.
    ///
    /// # Errors
    /// Fails where the index cannot be written.
    pub fn remove(&mut self, id: SkillId) -> Result<(), SearchError> {
        self.writer.delete_term(id_term(&self.inner.fields, id));
        Ok(())
    }

    /// Makes everything searchable that was written, here at once and in other processes when
    /// they reload, and notes the change of the store up to which it goes.
    ///
    /// # Errors
    /// Fails where the index cannot be written; then the sequence stays what it was.
    pub fn commit(mut self, sequence: u64) -> Result<(), SearchError> {
        self.commit_state(&CommitState { sequence })?;
        let Self { inner, writer, turn: _turn } = self;
        writer.wait_merging_threads()?;
        inner.reload()?;
        keep_vectors(&inner)
    }

    fn commit_state(&mut self, state: &CommitState) -> Result<(), SearchError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&state.to_payload());
        commit.commit()?;
        Ok(())
    }
}

/// Saves the vectors when many are in no file, brings the graph up to date, and removes the
/// files of earlier models.
fn keep_vectors(inner: &Inner) -> Result<(), SearchError> {
    let snapshot = inner.snapshot();
    let folder = inner.semantic_folder();
    if snapshot.unsaved_vector_count() > UNSAVED_VECTORS {
        snapshot.save_vectors(&folder)?;
    }
    let (model, used) = (inner.models.embedder(), snapshot.embedder.as_ref());
    let versions = [model.as_ref().map(|model| model.version()), used.map(|used| used.version())];
    if versions.iter().any(Option::is_some) {
        remove_outdated(&folder, &versions.into_iter().flatten().collect::<Vec<_>>());
    }
    keep_graph(inner)
}

/// Makes the graph where the index has grown large enough, adds to it what has come since, and
/// makes it anew when half of it stands for nothing. A graph that cannot be made is no failure:
/// vectors are scanned.
pub(super) fn keep_graph(inner: &Inner) -> Result<(), SearchError> {
    let snapshot = inner.snapshot();
    let Some(embedder) = &snapshot.embedder else { return Ok(()) };
    let vectors: Vec<(u64, &[i8])> = snapshot
        .alive_rows()
        .filter_map(|(table, place, row)| {
            let vectors = table.vectors.as_ref().filter(|vectors| vectors.holds(place))?;
            Some((row.fingerprint, vectors.values(place)))
        })
        .collect();
    if vectors.len() < inner.setup.graph_vectors {
        return Ok(());
    }
    let graph = snapshot.neighbours.as_ref();
    let is_current = graph.is_some_and(|graph| graph.tail.len() < TAIL_VECTORS.min(inner.setup.graph_vectors));
    if is_current {
        return Ok(());
    }
    let kept = graph.filter(|graph| graph.live_count() * 2 >= graph.graph.len()).map(|graph| &*graph.graph);
    let written = distinct(vectors, |fingerprint| kept.is_some_and(|kept| kept.contains(fingerprint)));
    match VectorGraph::write(&inner.semantic_folder(), embedder.version(), embedder.dimensions(), kept, &written) {
        Ok(()) => inner.reload().map(|_| ()),
        Err(GraphError::Io(source)) => Err(SearchError::Folder { folder: inner.semantic_folder(), source }),
        Err(error @ GraphError::Library(_)) => {
            tracing::warn!(%error, "the graph of the vectors could not be made; they are scanned");
            Ok(())
        }
    }
}

/// Leaves out what is there already, and the second of two equal texts.
fn distinct(vectors: Vec<(u64, &[i8])>, is_there: impl Fn(u64) -> bool) -> Vec<(u64, &[i8])> {
    let mut seen = HashSet::new();
    vectors.into_iter().filter(|(fingerprint, _)| !is_there(*fingerprint) && seen.insert(*fingerprint)).collect()
}
