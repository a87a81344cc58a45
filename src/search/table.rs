//! What is in memory of each segment of the lexical index.

use std::collections::HashMap;

use rayon::prelude::*;
use tantivy::index::SegmentId;
use tantivy::schema::TantivyDocument;
use tantivy::{DocId, SegmentReader};

use super::lexical::{Fields, Row, document_text};
use super::semantic::{DocumentText, Embedder, EmbeddingCost, LoggedVectors, QuantisedVector, VectorTable};

/// Documents that one thread reads at a time; a block of the document store holds a few.
const READ_DOCUMENTS: usize = 256;

/// The rows and vectors of one segment; row numbers are its document ids.
pub(super) struct SegmentTable {
    pub(super) segment_id: SegmentId,
    pub(super) rows: Vec<Row>,
    pub(super) vectors: Option<VectorTable>,
    /// Documents that are to be embedded and are not yet, in order.
    pub(super) missing: Vec<DocId>,
}

/// Vectors that are known already, by fingerprint.
#[derive(Default)]
pub(super) struct KnownVectors<'a> {
    places: HashMap<u64, (&'a VectorTable, usize)>,
}

impl<'a> KnownVectors<'a> {
    /// Adds what a segment has, of earlier.
    pub(super) fn add_segment(&mut self, segment: &'a SegmentTable) {
        let Some(vectors) = &segment.vectors else { return };
        let rows = segment.rows.iter().map(|row| row.fingerprint).zip(0..).filter(|(_, row)| vectors.holds(*row));
        self.places.extend(rows.map(|(fingerprint, row)| (fingerprint, (vectors, row))));
    }

    /// Adds what a log has.
    pub(super) fn add_log(&mut self, log: &'a LoggedVectors) {
        self.places.extend(log.rows.iter().map(|(fingerprint, row)| (*fingerprint, (&log.table, *row))));
    }

    /// Returns how many of the rows have no known vector.
    pub(super) fn count_unknown(&self, rows: &[Row]) -> usize {
        rows.iter().filter(|row| !self.places.contains_key(&row.fingerprint)).count()
    }
}

impl SegmentTable {
    /// Puts the rows and vectors of a segment together. Vectors that are not known are embedded
    /// from the stored text where that costs nothing, and noted as missing where it does.
    /// Returns how many were embedded.
    pub(super) fn build(
        segment: &SegmentReader,
        rows: Vec<Row>,
        fields: &Fields,
        embedder: Option<&dyn Embedder>,
        known: &KnownVectors<'_>,
    ) -> tantivy::Result<(Self, usize)> {
        let segment_id = segment.segment_id();
        let Some(embedder) = embedder else {
            return Ok((Self { segment_id, rows, vectors: None, missing: Vec::new() }, 0));
        };
        let mut vectors = VectorTable::new(embedder.dimensions(), rows.len());
        let mut missing = Vec::new();
        for document in segment.doc_ids_alive() {
            match known.places.get(&rows[document as usize].fingerprint) {
                Some((table, row)) => vectors.copy_from(document as usize, table, *row),
                None => missing.push(document),
            }
        }
        if embedder.cost() == EmbeddingCost::Batched {
            return Ok((Self { segment_id, rows, vectors: Some(vectors), missing }, 0));
        }
        let embedded = read_texts(segment, fields, &missing, |text| {
            embedder.embed_document(&text).map(|vector| QuantisedVector::new(&vector))
        })?;
        for (document, vector) in missing.iter().zip(&embedded) {
            if let Some(vector) = vector {
                vectors.set(*document as usize, vector);
            }
        }
        Ok((Self { segment_id, rows, vectors: Some(vectors), missing: Vec::new() }, missing.len()))
    }
}

/// Reads the stored texts of documents in parallel and hands each to `receive`; the results
/// are in the order of `documents`.
pub(super) fn read_texts<T: Send>(
    segment: &SegmentReader,
    fields: &Fields,
    documents: &[DocId],
    receive: impl Fn(DocumentText) -> T + Sync,
) -> tantivy::Result<Vec<T>> {
    let chunks: tantivy::Result<Vec<Vec<T>>> = documents
        .par_chunks(READ_DOCUMENTS)
        .map(|chunk| {
            let store = segment.get_store_reader(1)?;
            let read = |document: &DocId| Ok(receive(document_text(fields, &store.get::<TantivyDocument>(*document)?)));
            chunk.iter().map(read).collect()
        })
        .collect();
    Ok(chunks?.into_iter().flatten().collect())
}
