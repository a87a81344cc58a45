//! One consistent state of the index, as searches see it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tantivy::index::SegmentId;
use tantivy::{IndexMeta, Opstamp, Searcher};

use super::copies::CopyClusters;
use super::lexical::{self, Fields, Row};
use super::semantic::{DocumentText, Embedder, LatentModel, load_vectors, save_vectors};
use super::state::{CommitState, TrainedModel};
use super::table::{KnownVectors, SegmentTable, read_texts};
use super::{EmbedderChoice, SearchError};

/// What tells two committed states apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommitMark {
    opstamp: Opstamp,
    payload: Option<String>,
    segments: Vec<(SegmentId, Option<Opstamp>)>,
}

impl CommitMark {
    pub(super) fn of(meta: &IndexMeta) -> Self {
        let segments = meta.segments.iter().map(|segment| (segment.id(), segment.delete_opstamp())).collect();
        Self { opstamp: meta.opstamp, payload: meta.payload.clone(), segments }
    }
}

/// A committed state with all that is needed to search it.
pub(super) struct Snapshot {
    pub(super) mark: CommitMark,
    pub(super) state: CommitState,
    pub(super) searcher: Searcher,
    /// One table for each segment of the searcher, in its order.
    pub(super) tables: Vec<Arc<SegmentTable>>,
    pub(super) embedder: Option<Arc<dyn Embedder>>,
    /// Which records are copies of each other.
    pub(super) copies: CopyClusters,
    /// Whether a model is named that could not be read.
    pub(super) is_degraded: bool,
    /// Vectors that had to be embedded because no file held them.
    unsaved_vector_count: AtomicUsize,
}

impl Snapshot {
    /// Makes the snapshot of a searcher; `earlier` lends what has not changed.
    pub(super) fn build(
        mark: CommitMark,
        searcher: Searcher,
        fields: &Fields,
        semantic_folder: &Path,
        choice: EmbedderChoice,
        earlier: Option<&Self>,
    ) -> Result<Self, SearchError> {
        let state = CommitState::read(mark.payload.as_deref());
        let wanted = state.model.as_ref().filter(|_| choice == EmbedderChoice::Builtin);
        let embedder = wanted.and_then(|model| load_embedder(model, semantic_folder, earlier));
        let is_degraded = wanted.is_some() && embedder.is_none();
        let same = earlier.filter(|earlier| version(earlier.embedder.as_ref()) == version(embedder.as_ref()));
        let file = match (&embedder, same) {
            (Some(embedder), None) => load_vectors(semantic_folder, embedder.version(), embedder.dimensions()),
            _ => None,
        };
        let mut known = KnownVectors::default();
        if let Some((table, rows)) = &file {
            known.add(table, rows.iter().map(|(fingerprint, row)| (*fingerprint, *row)));
        }
        for table in same.iter().flat_map(|earlier| &earlier.tables) {
            if let Some(vectors) = &table.vectors {
                known.add(
                    vectors,
                    table.rows.iter().map(|row| row.fingerprint).zip(0..).filter(|(_, row)| vectors.holds(*row)),
                );
            }
        }
        let mut unsaved_vector_count = same.map_or(0, Self::unsaved_vector_count);
        let mut tables = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let kept =
                same.iter().flat_map(|earlier| &earlier.tables).find(|table| table.segment_id == segment.segment_id());
            if let Some(table) = kept {
                tables.push(Arc::clone(table));
                continue;
            }
            let (table, embedded_count) = SegmentTable::read(segment, fields, embedder.as_deref(), &known)?;
            unsaved_vector_count += embedded_count;
            tables.push(Arc::new(table));
        }
        let mut members = Vec::with_capacity(searcher.num_docs() as usize);
        for (segment, table) in searcher.segment_readers().iter().zip(&tables) {
            members.extend(lexical::members(segment, &table.rows)?);
        }
        Ok(Self {
            copies: CopyClusters::new(members),
            mark,
            state,
            searcher,
            tables,
            embedder,
            is_degraded,
            unsaved_vector_count: AtomicUsize::new(unsaved_vector_count),
        })
    }

    /// Returns how many records can be found.
    pub(super) fn record_count(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Returns how many vectors no file holds.
    pub(super) fn unsaved_vector_count(&self) -> usize {
        self.unsaved_vector_count.load(Ordering::Relaxed)
    }

    /// Returns the rows that are not deleted, with their tables and places.
    pub(super) fn alive_rows(&self) -> impl Iterator<Item = (&SegmentTable, usize, &Row)> {
        self.searcher.segment_readers().iter().zip(&self.tables).flat_map(|(segment, table)| {
            segment.doc_ids_alive().map(|document| (&**table, document as usize, &table.rows[document as usize]))
        })
    }

    /// Hands the stored text of every record to `receive`, in parallel; the results are in the
    /// order of the ids, whatever the order in the index.
    pub(super) fn map_texts<T: Send>(
        &self,
        fields: &Fields,
        receive: impl Fn(DocumentText) -> T + Sync,
    ) -> Result<Vec<T>, SearchError> {
        let mut received = Vec::with_capacity(self.searcher.num_docs() as usize);
        for (segment, table) in self.searcher.segment_readers().iter().zip(&self.tables) {
            let documents: Vec<u32> = segment.doc_ids_alive().collect();
            let ids = documents.iter().map(|document| table.rows[*document as usize].skill_id);
            received.extend(ids.zip(read_texts(segment, fields, &documents, &receive)?));
        }
        received.sort_by_key(|(id, _)| *id);
        Ok(received.into_iter().map(|(_, result)| result).collect())
    }

    /// Writes the vectors of all records, so that the next start need not embed them.
    pub(super) fn save_vectors(&self, semantic_folder: &Path) -> Result<(), SearchError> {
        let Some(embedder) = &self.embedder else { return Ok(()) };
        let rows = self.alive_rows().filter_map(|(table, place, row)| {
            let vectors = table.vectors.as_ref()?;
            vectors.holds(place).then_some((row.fingerprint, vectors, place))
        });
        save_vectors(semantic_folder, embedder.version(), embedder.dimensions(), rows)
            .map_err(|source| SearchError::Folder { folder: semantic_folder.to_owned(), source })?;
        self.unsaved_vector_count.store(0, Ordering::Relaxed);
        Ok(())
    }
}

fn version(embedder: Option<&Arc<dyn Embedder>>) -> Option<(&str, &str)> {
    embedder.map(|embedder| (embedder.name(), embedder.version()))
}

fn load_embedder(model: &TrainedModel, folder: &Path, earlier: Option<&Snapshot>) -> Option<Arc<dyn Embedder>> {
    let loaded =
        earlier.and_then(|earlier| earlier.embedder.as_ref()).filter(|embedder| embedder.version() == model.version);
    match loaded {
        Some(embedder) => Some(Arc::clone(embedder)),
        None => Some(Arc::new(LatentModel::load(folder, &model.version)?)),
    }
}
