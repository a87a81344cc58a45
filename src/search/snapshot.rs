//! One consistent state of the index, as searches see it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::index::SegmentId;
use tantivy::schema::{IndexRecordOption, TantivyDocument};
use tantivy::{DocSet, IndexMeta, Opstamp, Searcher, TERMINATED};

use super::cache::SearchCache;
use super::copies::CopyClusters;
use super::imitation::{VendorNames, is_vendors_own};
use super::lexical::{self, Fields, LexicalReader, Row, document_text, id_term, rows};
use super::neighbours::{Neighbours, nearest};
use super::semantic::{
    DocumentText, Embedder, EmbeddingCost, LoggedVectors, QuantisedVector, StaticTable, VectorGraph, VectorLog,
};
use super::state::CommitState;
use super::table::{KnownVectors, SegmentTable};
use super::{EmbedderChoice, SearchError};
use crate::skill::SkillId;

/// Unknown vectors for which the log is read; fewer are sooner embedded again.
const LOG_READ_LEAST: usize = 500;

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

/// What a snapshot is made with, beside the documents.
pub(super) struct SnapshotSetup<'a> {
    pub(super) fields: &'a Fields,
    /// Where vectors and models are kept.
    pub(super) folder: &'a Path,
    pub(super) choice: &'a EmbedderChoice,
    /// The chosen model, where one was chosen and could be loaded.
    pub(super) model: Option<&'a Arc<dyn Embedder>>,
    /// Vectors from which a graph takes the place of the exact scan.
    pub(super) graph_vectors: usize,
}

/// A committed state with all that is needed to search it.
pub(super) struct Snapshot {
    pub(super) mark: CommitMark,
    pub(super) state: CommitState,
    pub(super) searcher: Searcher,
    pub(super) lexical: LexicalReader,
    /// One table for each segment of the searcher, in its order.
    pub(super) tables: Vec<Arc<SegmentTable>>,
    pub(super) embedder: Option<Arc<dyn Embedder>>,
    /// Which records are copies of each other.
    pub(super) copies: CopyClusters,
    /// The names of vendors' skills, read when they are first asked for.
    vendor_names: OnceLock<VendorNames>,
    /// Whether vectors were chosen and there are none.
    pub(super) is_degraded: bool,
    /// The graph, where the index is large enough for one and it was made.
    pub(super) neighbours: Option<Neighbours>,
    /// What is given again as long as this state is the current one.
    pub(super) cache: SearchCache,
    /// The files that belong to the state, beside the commit.
    files: SemanticFiles,
    /// Vectors that had to be embedded because no file held them.
    unsaved_vector_count: AtomicUsize,
}

/// Which files of a model are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SemanticFiles {
    log_bytes: Option<u64>,
    graph: Option<PathBuf>,
}

impl SemanticFiles {
    /// Looks which files there are of the models that may be in use.
    pub(super) fn look(setup: &SnapshotSetup<'_>, current: Option<&Arc<dyn Embedder>>) -> Self {
        let log_bytes = setup.model.and_then(|model| log_of(setup.folder, model.as_ref()).finished_bytes());
        Self { log_bytes, graph: current.and_then(|embedder| VectorGraph::file(setup.folder, embedder.version())) }
    }
}

impl Snapshot {
    /// Makes the snapshot of a searcher; `earlier` lends what has not changed.
    pub(super) fn build(
        mark: CommitMark,
        searcher: Searcher,
        setup: &SnapshotSetup<'_>,
        earlier: Option<&Self>,
    ) -> Result<Self, SearchError> {
        let state = CommitState::read(mark.payload.as_deref());
        let Chosen { embedder, mut log, is_degraded } = choose(setup, searcher.num_docs() == 0, earlier);
        let files = SemanticFiles::look(setup, embedder.as_ref());
        let same = earlier.filter(|earlier| version(earlier.embedder.as_ref()) == version(embedder.as_ref()));
        let is_log_new = same.is_none_or(|same| same.files.log_bytes != files.log_bytes);
        let kept = |segment: SegmentId| {
            let table = same.iter().flat_map(|same| &same.tables).find(|table| table.segment_id == segment);
            table.filter(|table| table.missing.is_empty() || !is_log_new)
        };
        let mut known = KnownVectors::default();
        same.iter().flat_map(|same| &same.tables).for_each(|table| known.add_segment(table));
        let segments = searcher.segment_readers();
        let new = segments.iter().filter(|segment| kept(segment.segment_id()).is_none());
        let mut new_rows = new.map(rows).collect::<tantivy::Result<Vec<Vec<Row>>>>()?;
        let unknown_count: usize = new_rows.iter().map(|rows| known.count_unknown(rows)).sum();
        if let Some(embedder) = embedder.as_ref().filter(|_| log.is_none()) {
            let is_worth_it = same.is_none() || unknown_count >= LOG_READ_LEAST;
            let is_needed = embedder.cost() == EmbeddingCost::Batched && unknown_count > 0;
            if is_worth_it || is_needed {
                log = log_of(setup.folder, embedder.as_ref()).load();
            }
        }
        log.iter().for_each(|log| known.add_log(log));
        let mut unsaved_vector_count = same.map_or(0, Self::unsaved_vector_count);
        let mut tables = Vec::with_capacity(segments.len());
        let mut new_rows = new_rows.drain(..);
        for segment in segments {
            if let Some(table) = kept(segment.segment_id()) {
                tables.push(Arc::clone(table));
                continue;
            }
            let rows = new_rows.next().expect("the rows of every segment that is not kept were read");
            let (table, embedded_count) =
                SegmentTable::build(segment, rows, setup.fields, embedder.as_deref(), &known)?;
            unsaved_vector_count += embedded_count;
            tables.push(Arc::new(table));
        }
        let mut members = Vec::with_capacity(searcher.num_docs() as usize);
        for (segment, table) in searcher.segment_readers().iter().zip(&tables) {
            members.extend(lexical::members(segment, &table.rows)?);
        }
        let neighbours = embedder.as_ref().and_then(|embedder| {
            let graph = graph(embedder.as_ref(), &files, setup, &searcher, same)?;
            Some(Neighbours::new(graph, &searcher, &tables))
        });
        Ok(Self {
            copies: CopyClusters::new(members),
            vendor_names: OnceLock::new(),
            lexical: LexicalReader::open(searcher.clone(), setup.fields)?,
            mark,
            state,
            searcher,
            tables,
            embedder,
            is_degraded,
            neighbours,
            cache: SearchCache::new(),
            files,
            unsaved_vector_count: AtomicUsize::new(unsaved_vector_count),
        })
    }

    /// Returns how many records can be found.
    pub(super) fn record_count(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Returns the names of vendors' skills.
    pub(super) fn vendor_names(&self, fields: &Fields) -> &VendorNames {
        self.vendor_names.get_or_init(|| {
            let own = self.alive_rows().filter(|(_, _, row)| is_vendors_own(row)).map(|(_, _, row)| row);
            let name =
                |row: &Row| Some((self.text_of(fields, row.skill_id).ok()??.name, row.skill_id, row.publisher_key));
            VendorNames::new(own.filter_map(name).collect())
        })
    }

    /// Returns how many vectors no file holds.
    pub(super) fn unsaved_vector_count(&self) -> usize {
        self.unsaved_vector_count.load(Ordering::Relaxed)
    }

    /// Tells whether the files are still those that the snapshot was made from.
    pub(super) fn has_files(&self, setup: &SnapshotSetup<'_>) -> bool {
        let found = SemanticFiles::look(setup, self.embedder.as_ref());
        // A log that is being written is read when its writer has come to an end.
        found.graph == self.files.graph && found.log_bytes.is_none_or(|bytes| Some(bytes) == self.files.log_bytes)
    }

    /// Tells whether every record has its vector of this embedder.
    pub(super) fn is_complete(&self, embedder: &dyn Embedder) -> bool {
        let is_in_use = self.embedder.as_ref().is_some_and(|used| used.version() == embedder.version());
        is_in_use && self.tables.iter().all(|table| table.missing.is_empty())
    }

    /// Returns the rows that are not deleted, with their tables and places.
    pub(super) fn alive_rows(&self) -> impl Iterator<Item = (&SegmentTable, usize, &Row)> {
        self.searcher.segment_readers().iter().zip(&self.tables).flat_map(|(segment, table)| {
            segment.doc_ids_alive().map(|document| (&**table, document as usize, &table.rows[document as usize]))
        })
    }

    /// Returns the vector of a query; `None` where there is no embedder, or no word that it knows.
    pub(super) fn query_vector(&self, query: &str) -> Option<Arc<QuantisedVector>> {
        self.cache.vector(self.embedder.as_deref()?, query)
    }

    /// Returns the `limit` rows that are nearest to a query and at least `least` near, of those
    /// that are wanted.
    pub(super) fn nearest(
        &self,
        query: &QuantisedVector,
        limit: usize,
        least: f32,
        is_wanted: impl Fn(&Row) -> bool + Sync,
    ) -> Vec<(Row, f32)> {
        nearest(&self.searcher, &self.tables, self.neighbours.as_ref(), query, limit, least, is_wanted)
    }

    /// Reads the stored text of a skill.
    pub(super) fn text_of(&self, fields: &Fields, id: SkillId) -> tantivy::Result<Option<DocumentText>> {
        let term = id_term(fields, id);
        for segment in self.searcher.segment_readers() {
            let postings = segment.inverted_index(term.field())?.read_postings(&term, IndexRecordOption::Basic)?;
            let Some(mut postings) = postings else { continue };
            while postings.doc() != TERMINATED {
                if !segment.is_deleted(postings.doc()) {
                    let store = segment.get_store_reader(1)?;
                    return Ok(Some(document_text(fields, &store.get::<TantivyDocument>(postings.doc())?)));
                }
                postings.advance();
            }
        }
        Ok(None)
    }

    /// Writes the vectors of all records, so that the next start need not embed them.
    pub(super) fn save_vectors(&self, semantic_folder: &Path) -> Result<(), SearchError> {
        let Some(embedder) = &self.embedder else { return Ok(()) };
        let rows = self.alive_rows().filter_map(|(table, place, row)| {
            let vectors = table.vectors.as_ref()?;
            vectors.holds(place).then_some((row.fingerprint, vectors, place))
        });
        log_of(semantic_folder, embedder.as_ref())
            .rewrite(rows)
            .map_err(|source| SearchError::Folder { folder: semantic_folder.to_owned(), source })?;
        self.unsaved_vector_count.store(0, Ordering::Relaxed);
        Ok(())
    }
}

/// Names the log of an embedder.
pub(super) fn log_of(folder: &Path, embedder: &dyn Embedder) -> VectorLog {
    VectorLog::new(folder, embedder.version(), embedder.dimensions())
}

/// The embedder of a snapshot.
struct Chosen {
    embedder: Option<Arc<dyn Embedder>>,
    /// Its vectors, where they had to be read to choose it.
    log: Option<LoggedVectors>,
    is_degraded: bool,
}

/// A chosen model answers once it has embedded everything; until then the built-in embedder
/// does, so that a change of the model stops nobody. A model that
/// cannot be loaded leaves full text alone.
fn choose(setup: &SnapshotSetup<'_>, is_empty: bool, earlier: Option<&Snapshot>) -> Chosen {
    let only = |embedder: Option<Arc<dyn Embedder>>, is_degraded| Chosen { embedder, log: None, is_degraded };
    let builtin = || only(Some(StaticTable::builtin()), false);
    match (setup.choice, setup.model) {
        (EmbedderChoice::None, _) => only(None, false),
        (EmbedderChoice::Builtin, _) => builtin(),
        (EmbedderChoice::Fastembed(_), None) => only(None, true),
        (EmbedderChoice::Fastembed(_), Some(model)) => {
            let is_in_use = earlier.is_some_and(|earlier| {
                earlier.record_count() > 0 && version(earlier.embedder.as_ref()) == version(Some(model))
            });
            if is_in_use || is_empty {
                return only(Some(Arc::clone(model)), false);
            }
            match log_of(setup.folder, model.as_ref()).load().filter(|log| log.was_complete) {
                Some(log) => Chosen { embedder: Some(Arc::clone(model)), log: Some(log), is_degraded: false },
                None => builtin(),
            }
        }
    }
}

fn graph(
    embedder: &dyn Embedder,
    files: &SemanticFiles,
    setup: &SnapshotSetup<'_>,
    searcher: &Searcher,
    same: Option<&Snapshot>,
) -> Option<Arc<VectorGraph>> {
    if searcher.num_docs() < setup.graph_vectors as u64 {
        return None;
    }
    let file = files.graph.as_ref()?;
    let opened = same.and_then(|same| same.neighbours.as_ref()).map(|neighbours| &neighbours.graph);
    match opened.filter(|graph| graph.path() == file) {
        Some(graph) => Some(Arc::clone(graph)),
        None => VectorGraph::open(file, embedder.dimensions()).map(Arc::new),
    }
}

fn version(embedder: Option<&Arc<dyn Embedder>>) -> Option<(&str, &str)> {
    embedder.map(|embedder| (embedder.name(), embedder.version()))
}
