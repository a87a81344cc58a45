//! The index: opened once, shared by everybody.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::{Index, IndexReader};

use super::embedding_run::EmbeddingRun;
use super::file_watch::FileWatch;
use super::hybrid::answer;
use super::lexical::{Fields, Found, open_or_rebuild};
use super::models::Models;
use super::onnx::Download;
use super::rerank::{RERANKED, rerank};
use super::snapshot::{CommitMark, Snapshot, SnapshotSetup};
use super::{
    CopyCluster, Embedder, EmbedderChoice, Hit, Imitation, IndexWriter, RerankerChoice, SearchAnswer, SearchError,
    SearchRequest, SearchSetup, WriteTurn,
};
use crate::rank::RankingWeights;
use crate::skill::SkillId;

/// How often a state is read again that another process changes meanwhile.
const RELOAD_ATTEMPTS: usize = 5;

/// The search index of one folder; a clone is the same index.
#[derive(Clone)]
pub struct SearchIndex {
    pub(super) inner: Arc<Inner>,
    /// Weights that are tried out; else those that users get.
    weights: Option<RankingWeights>,
}

pub(super) struct Inner {
    pub(super) folder: PathBuf,
    pub(super) fields: Fields,
    pub(super) setup: SearchSetup,
    pub(super) models: Models,
    pub(super) index: Index,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
    files: FileWatch,
    /// Held while a new snapshot is made, so that it is made once.
    reloading: Mutex<()>,
    /// Held by whoever writes in this process.
    write_turns: Arc<tokio::sync::Mutex<()>>,
}

impl SearchIndex {
    /// Opens the index in `folder` with an embedder and nothing else.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open(folder: &Path, choice: EmbedderChoice) -> Result<Self, SearchError> {
        Self::open_with(folder, SearchSetup::new(choice))
    }

    /// Opens the index in `folder` and makes it where there is none. A damaged index, or one
    /// of another version, is moved aside and replaced by an empty one, whose sequence is 0.
    /// A model that is not on this machine or cannot be run is no error: see
    /// [`Self::is_degraded`].
    ///
    /// # Errors
    /// Fails where the folder cannot be read or written.
    pub fn open_with(folder: &Path, setup: SearchSetup) -> Result<Self, SearchError> {
        let fields = Fields::new();
        let models = Models::default();
        models.load(&setup, Download::Never);
        let lexical_folder = folder.join("lexical");
        let (mut index, mut reader) = open_or_rebuild(&lexical_folder, &fields, Found::Usable)?;
        let model = models.embedder();
        let semantic_folder = folder.join("semantic");
        let with = SnapshotSetup {
            fields: &fields,
            folder: &semantic_folder,
            choice: &setup.embedder,
            model: model.as_ref(),
            graph_vectors: setup.graph_vectors,
        };
        let first = match read_snapshot(&with, &index, &reader, None) {
            Err(SearchError::Engine(_)) => {
                // What opens and cannot be read is as damaged as what does not open.
                (index, reader) = open_or_rebuild(&lexical_folder, &fields, Found::Damaged)?;
                read_snapshot(&with, &index, &reader, None)?
            }
            read => read?,
        };
        let snapshot = RwLock::new(Arc::new(first));
        let inner = Inner {
            folder: folder.to_owned(),
            fields,
            setup,
            models,
            index,
            reader,
            files: FileWatch::default(),
            snapshot,
            reloading: Mutex::new(()),
            write_turns: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner), weights: None })
    }

    /// Returns the change of the store up to which the index is committed.
    pub fn sequence(&self) -> u64 {
        self.inner.snapshot().state.sequence
    }

    /// Returns how many records can be found.
    pub fn record_count(&self) -> u64 {
        self.inner.snapshot().record_count()
    }

    /// Returns the cluster of a record that has copies in the index.
    pub fn copies_of(&self, id: SkillId) -> Option<CopyCluster> {
        self.inner.snapshot().copies.of(id)
    }

    /// Tells whether a cluster of near copies is named by a key.
    pub fn is_cluster_key(&self, key: u64) -> bool {
        self.inner.snapshot().copies.has_key(key)
    }

    /// Returns the vendor's skill that a skill of this name imitates, where it is no copy of it.
    pub fn imitated_by(&self, name: &str, id: SkillId) -> Option<Imitation> {
        let snapshot = self.inner.snapshot();
        snapshot.vendor_names(&self.inner.fields).imitated_by(name, id, &snapshot.copies)
    }

    /// Tells whether a part of the ranking that was chosen is not available.
    pub fn is_degraded(&self) -> bool {
        self.inner.snapshot().is_degraded || self.inner.lacks_reranker()
    }

    /// Looks whether the files of the current state are there and as long as they were when it
    /// was first looked at them, without reading them.
    ///
    /// # Errors
    /// Fails where one is missing or another than it was; searches may still be answered by what
    /// is in memory.
    pub fn check_files(&self) -> Result<(), SearchError> {
        let Inner { index, files, folder, .. } = &*self.inner;
        files.check(index, &folder.join("lexical"))
    }

    /// Starts to embed what a chosen model has not embedded yet, and loads the model before, if
    /// need be from its hub; `None` where there is nothing to do, or another process does it.
    ///
    /// # Errors
    /// [`SearchError::Model`] where the model cannot be loaded or run; search goes on without.
    pub fn start_embedding(&self) -> Result<Option<EmbeddingRun>, SearchError> {
        EmbeddingRun::start(&self.inner)
    }

    /// Waits until nobody else in this process writes. What was dropped in the middle of its
    /// work, as when a crawl is stopped, may still be at work on another thread.
    pub async fn write_turn(&self) -> WriteTurn {
        WriteTurn::of(Arc::clone(&self.inner.write_turns)).await
    }

    /// Starts writing. There is one writer at a time, in this process and all others; what is
    /// not committed when it is dropped is lost.
    ///
    /// # Errors
    /// [`SearchError::WriterBusy`] where somebody else writes.
    pub fn writer(&self) -> Result<IndexWriter, SearchError> {
        IndexWriter::start(Arc::clone(&self.inner))
    }

    /// Picks up what was committed since, by this process or another; returns whether anything
    /// was.
    ///
    /// # Errors
    /// Fails where the index cannot be read; searches go on with the state before.
    pub fn reload(&self) -> Result<bool, SearchError> {
        self.inner.reload()
    }

    /// Returns the same index, ranked with other weights.
    #[must_use]
    pub fn with_weights(&self, weights: RankingWeights) -> Self {
        Self { inner: Arc::clone(&self.inner), weights: Some(weights) }
    }

    /// Searches. No query text is an error. The time of the request counts by the hour.
    ///
    /// # Errors
    /// Fails where the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, SearchError> {
        let snapshot = self.inner.snapshot();
        match &self.weights {
            // What is tried out is asked once.
            Some(weights) => self.inner.answer(&snapshot, weights, request),
            None => snapshot
                .cache
                .answer(request, |request| self.inner.answer(&snapshot, &RankingWeights::default(), request)),
        }
    }
}

impl Inner {
    pub(super) fn semantic_folder(&self) -> PathBuf {
        self.folder.join("semantic")
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace_snapshot(&self, snapshot: Snapshot) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    pub(super) fn reload(&self) -> Result<bool, SearchError> {
        let _reloading = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, folder, model) = (self.snapshot(), self.semantic_folder(), self.models.embedder());
        let with = self.snapshot_setup(&folder, model.as_ref());
        if CommitMark::of(&self.index.load_metas()?) == current.mark && current.has_files(&with) {
            return Ok(false);
        }
        self.replace_snapshot(read_snapshot(&with, &self.index, &self.reader, Some(&current))?);
        Ok(true)
    }

    /// Makes the snapshot anew, whatever has changed.
    #[cfg(test)]
    pub(super) fn refresh(&self) -> Result<(), SearchError> {
        let (current, folder, model) = (self.snapshot(), self.semantic_folder(), self.models.embedder());
        let with = self.snapshot_setup(&folder, model.as_ref());
        self.replace_snapshot(read_snapshot(&with, &self.index, &self.reader, Some(&current))?);
        Ok(())
    }

    fn snapshot_setup<'a>(&'a self, folder: &'a Path, model: Option<&'a Arc<dyn Embedder>>) -> SnapshotSetup<'a> {
        SnapshotSetup {
            fields: &self.fields,
            folder,
            choice: &self.setup.embedder,
            model,
            graph_vectors: self.setup.graph_vectors,
        }
    }

    fn lacks_reranker(&self) -> bool {
        self.setup.reranker != RerankerChoice::None && self.models.reranker().is_none()
    }

    fn answer(
        &self,
        snapshot: &Snapshot,
        weights: &RankingWeights,
        request: &SearchRequest,
    ) -> Result<SearchAnswer, SearchError> {
        let mut found = match self.models.reranker() {
            None => answer(snapshot, weights, request)?,
            Some(reranker) => {
                let wider = SearchRequest { limit: request.limit.max(RERANKED), ..request.clone() };
                let mut found = answer(snapshot, weights, &wider)?;
                let best = found.hits.len().min(RERANKED);
                let text = |hit: &Hit| snapshot.text_of(&self.fields, hit.skill_id).map(Option::unwrap_or_default);
                let texts = found.hits[..best].iter().map(text).collect::<tantivy::Result<Vec<_>>>()?;
                match reranker.scores(&request.query, &texts) {
                    Ok(scores) => rerank(&mut found.hits[..best], &scores),
                    Err(error) => {
                        tracing::warn!(%error, "the best results could not be read again");
                        found.is_degraded = true;
                    }
                }
                found.hits.truncate(request.limit);
                found
            }
        };
        found.is_degraded |= self.lacks_reranker();
        Ok(found)
    }
}

/// Reads the committed state; again where it changed meanwhile, so that the documents, the
/// sequence and the model belong together.
fn read_snapshot(
    with: &SnapshotSetup<'_>,
    index: &Index,
    reader: &IndexReader,
    earlier: Option<&Snapshot>,
) -> Result<Snapshot, SearchError> {
    let mut attempt = 1;
    loop {
        let before = CommitMark::of(&index.load_metas()?);
        let reloaded = reader.reload();
        let is_same = CommitMark::of(&index.load_metas()?) == before;
        match reloaded {
            Ok(()) if is_same || attempt == RELOAD_ATTEMPTS => {
                return Snapshot::build(before, reader.searcher(), with, earlier);
            }
            Err(error) if attempt == RELOAD_ATTEMPTS => return Err(error.into()),
            _ => attempt += 1,
        }
    }
}
