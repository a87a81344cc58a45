//! Embedding what a chosen model has not embedded yet, a batch at a time, beside a service that
//! goes on answering.
//!
//! Each batch is on the disk before the next begins, so that a kill costs one batch. The vectors
//! are taken over in one step when all are there.

use std::collections::HashSet;
use std::fs::{self, File};
use std::sync::Arc;

use tantivy::DocId;

use super::index::Inner;
use super::onnx::Download;
use super::semantic::{LoggedVectors, VectorLogWriter};
use super::snapshot::{Snapshot, log_of};
use super::table::read_texts;
use super::writer::keep_graph;
use super::{DocumentText, Embedder, EmbedderChoice, SearchError};
use crate::search::semantic::QuantisedVector;

/// Documents of one step: some seconds of work with a small model, so that whoever drives a run
/// can let others compute between two.
const STEP_DOCUMENTS: usize = 64;
/// The log is written anew when it holds so many times what the index does.
const LOG_SURPLUS: usize = 2;

/// Embeds what has no vector. Dropped before its end, it leaves what it has done for the next.
pub struct EmbeddingRun {
    inner: Arc<Inner>,
    embedder: Arc<dyn Embedder>,
    snapshot: Arc<Snapshot>,
    writer: VectorLogWriter,
    /// Places of texts without a vector, the last first.
    waiting: Vec<(usize, DocId, u64)>,
    total: usize,
    logged_count: usize,
    /// Held until the run is dropped: nobody else embeds into this folder.
    _lock: File,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddingProgress {
    /// Texts that were embedded.
    pub done: u64,
    /// Texts that had no vector when the run began.
    pub total: u64,
}

impl EmbeddingRun {
    pub(super) fn start(inner: &Arc<Inner>) -> Result<Option<Self>, SearchError> {
        let reason = inner.models.load(&inner.setup, Download::Allowed);
        let EmbedderChoice::Fastembed(_) = inner.setup.embedder else {
            return reason.map_or(Ok(None), |reason| Err(SearchError::Model(reason)));
        };
        let Some(embedder) = inner.models.embedder() else {
            return reason.map_or(Ok(None), |reason| Err(SearchError::Model(reason)));
        };
        if inner.snapshot().is_complete(embedder.as_ref()) {
            return Ok(None);
        }
        // Another process, or the loading of the model, may have changed what there is to do.
        inner.reload()?;
        let snapshot = inner.snapshot();
        if snapshot.is_complete(embedder.as_ref()) {
            return Ok(None);
        }
        let folder = inner.semantic_folder();
        let failed = |source| SearchError::Folder { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::create(folder.join("embedding.lock")).map_err(failed)?;
        if lock.try_lock().is_err() {
            return Ok(None);
        }
        let log = log_of(&folder, embedder.as_ref());
        let logged = log.load();
        let waiting = waiting(&snapshot, logged.as_ref());
        let writer = log.writer(logged.as_ref()).map_err(failed)?;
        Ok(Some(Self {
            inner: Arc::clone(inner),
            embedder,
            snapshot,
            writer,
            total: waiting.len(),
            waiting,
            logged_count: logged.map_or(0, |logged| logged.rows.len()),
            _lock: lock,
        }))
    }

    /// Tells how far the run is.
    pub fn progress(&self) -> EmbeddingProgress {
        let done = self.total - self.waiting.len();
        EmbeddingProgress { done: done as u64, total: self.total as u64 }
    }

    /// Embeds the next texts; returns whether there are more.
    ///
    /// # Errors
    /// Fails where the model cannot be run or the folder not be written.
    pub fn step(&mut self) -> Result<bool, SearchError> {
        let from = self.waiting.len().saturating_sub(STEP_DOCUMENTS);
        let batch = &self.waiting[from..];
        let texts = self.texts(batch)?;
        let vectors = self.embedder.embed_documents(&texts).map_err(SearchError::Model)?;
        let dimensions = self.embedder.dimensions();
        let mut values = Vec::with_capacity(vectors.len() * dimensions);
        for vector in vectors {
            match vector.filter(|vector| vector.len() == dimensions) {
                Some(vector) => values.extend_from_slice(QuantisedVector::new(&vector).values()),
                // A text without a vector has one of zeros, so that it is not tried again.
                None => values.resize(values.len() + dimensions, 0),
            }
        }
        let fingerprints: Vec<u64> = batch.iter().map(|(.., fingerprint)| *fingerprint).collect();
        if !fingerprints.is_empty() {
            self.writer
                .append(&fingerprints, &values)
                .map_err(|source| SearchError::Folder { folder: self.inner.semantic_folder(), source })?;
        }
        self.waiting.truncate(from);
        Ok(!self.waiting.is_empty())
    }

    /// Takes the vectors over in one step. What was committed meanwhile is for the next run.
    ///
    /// # Errors
    /// Fails where the folder cannot be written.
    pub fn finish(self) -> Result<(), SearchError> {
        let Self { inner, embedder, snapshot, writer, total, logged_count, _lock, .. } = self;
        embedder.end_documents();
        let folder = inner.semantic_folder();
        writer.mark_complete().map_err(|source| SearchError::Folder { folder, source })?;
        inner.reload()?;
        if logged_count + total > LOG_SURPLUS * snapshot.record_count() as usize {
            inner.snapshot().save_vectors(&inner.semantic_folder())?;
            inner.reload()?;
        }
        keep_graph(&inner)
    }

    /// Reads texts; those of one segment stand together.
    fn texts(&self, batch: &[(usize, DocId, u64)]) -> Result<Vec<DocumentText>, SearchError> {
        let mut texts = Vec::with_capacity(batch.len());
        for places in batch.chunk_by(|left, right| left.0 == right.0) {
            let segment = &self.snapshot.searcher.segment_readers()[places[0].0];
            let documents: Vec<DocId> = places.iter().map(|(_, document, _)| *document).collect();
            texts.extend(read_texts(segment, &self.inner.fields, &documents, |text| text)?);
        }
        Ok(texts)
    }
}

/// Lists one place of each text that is not in the log.
fn waiting(snapshot: &Snapshot, logged: Option<&LoggedVectors>) -> Vec<(usize, DocId, u64)> {
    let mut seen = HashSet::new();
    let mut waiting = Vec::new();
    let segments = snapshot.searcher.segment_readers().iter().zip(&snapshot.tables).enumerate();
    for (ordinal, (segment, table)) in segments {
        for document in segment.doc_ids_alive() {
            let fingerprint = table.rows[document as usize].fingerprint;
            let is_logged = logged.is_some_and(|logged| logged.rows.contains_key(&fingerprint));
            if !is_logged && seen.insert(fingerprint) {
                waiting.push((ordinal, document, fingerprint));
            }
        }
    }
    waiting.reverse();
    waiting
}
