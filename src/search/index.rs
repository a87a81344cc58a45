//! The index: opened once, shared by everybody.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::{Index, IndexReader};

use super::hybrid::answer;
use super::lexical::{Fields, Found, open_or_rebuild};
use super::snapshot::{CommitMark, Snapshot};
use super::{CopyCluster, IndexWriter, SearchAnswer, SearchError, SearchRequest};
use crate::skill::SkillId;

/// How often a state is read again that another process changes meanwhile.
const RELOAD_ATTEMPTS: usize = 5;

/// What turns text into vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedderChoice {
    /// Latent semantic analysis of the indexed corpus itself.
    Builtin,
    /// No vectors: full text only.
    None,
}

/// The search index of one folder; a clone is the same index.
#[derive(Clone)]
pub struct SearchIndex {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) folder: PathBuf,
    pub(super) fields: Fields,
    pub(super) choice: EmbedderChoice,
    pub(super) index: Index,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Held while a new snapshot is made, so that it is made once.
    reloading: Mutex<()>,
}

impl SearchIndex {
    /// Opens the index in `folder` and makes it where there is none. A damaged index, or one
    /// of another version, is moved aside and replaced by an empty one, whose sequence is 0.
    ///
    /// # Errors
    /// Fails where the folder cannot be read or written.
    pub fn open(folder: &Path, choice: EmbedderChoice) -> Result<Self, SearchError> {
        let fields = Fields::new();
        let lexical_folder = folder.join("lexical");
        let (mut index, mut reader) = open_or_rebuild(&lexical_folder, &fields, Found::Usable)?;
        let first = match read_snapshot(folder, &fields, choice, &index, &reader, None) {
            Err(SearchError::Engine(_)) => {
                // What opens and cannot be read is as damaged as what does not open.
                (index, reader) = open_or_rebuild(&lexical_folder, &fields, Found::Damaged)?;
                read_snapshot(folder, &fields, choice, &index, &reader, None)?
            }
            read => read?,
        };
        let snapshot = RwLock::new(Arc::new(first));
        let inner =
            Inner { folder: folder.to_owned(), fields, choice, index, reader, snapshot, reloading: Mutex::new(()) };
        Ok(Self { inner: Arc::new(inner) })
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

    /// Tells whether a part of the ranking that was chosen is not available.
    pub fn is_degraded(&self) -> bool {
        self.inner.snapshot().is_degraded
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

    /// Searches. No query text is an error.
    ///
    /// # Errors
    /// Fails where the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, SearchError> {
        answer(&self.inner.snapshot(), &self.inner.fields, request)
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

    /// Reads the committed state without any vectors.
    pub(super) fn read_records(&self) -> Result<Snapshot, SearchError> {
        read_snapshot(&self.folder, &self.fields, EmbedderChoice::None, &self.index, &self.reader, None)
    }

    pub(super) fn reload(&self) -> Result<bool, SearchError> {
        let _reloading = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.snapshot();
        if CommitMark::of(&self.index.load_metas()?) == current.mark {
            return Ok(false);
        }
        let next = read_snapshot(&self.folder, &self.fields, self.choice, &self.index, &self.reader, Some(&current))?;
        self.replace_snapshot(next);
        Ok(true)
    }
}

/// Reads the committed state; again where it changed meanwhile, so that the documents, the
/// sequence and the model belong together.
fn read_snapshot(
    folder: &Path,
    fields: &Fields,
    choice: EmbedderChoice,
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
                return Snapshot::build(before, reader.searcher(), fields, &folder.join("semantic"), choice, earlier);
            }
            Err(error) if attempt == RELOAD_ATTEMPTS => return Err(error.into()),
            _ => attempt += 1,
        }
    }
}
