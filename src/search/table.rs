//! What is in memory of each segment of the lexical index.

use std::collections::HashMap;

use rayon::prelude::*;
use tantivy::index::SegmentId;
use tantivy::schema::TantivyDocument;
use tantivy::{DocId, SegmentReader};

use super::lexical::{Fields, Row, document_text, rows};
use super::semantic::{DocumentText, Embedder, QuantisedVector, VectorTable};

/// Documents that one thread reads at a time; a block of the document store holds a few.
const READ_DOCUMENTS: usize = 256;

/// The rows and vectors of one segment; row numbers are its document ids.
pub(super) struct SegmentTable {
    pub(super) segment_id: SegmentId,
    pub(super) rows: Vec<Row>,
    pub(super) vectors: Option<VectorTable>,
}

/// Vectors that are known already, by fingerprint.
#[derive(Default)]
pub(super) struct KnownVectors<'a> {
    places: HashMap<u64, (&'a VectorTable, usize)>,
}

impl<'a> KnownVectors<'a> {
    /// Adds the vectors of a table.
    pub(super) fn add(&mut self, table: &'a VectorTable, rows: impl Iterator<Item = (u64, usize)>) {
        self.places.extend(rows.map(|(fingerprint, row)| (fingerprint, (table, row))));
    }
}

impl SegmentTable {
    /// Reads a segment; vectors that are not known are embedded from the stored text. Returns
    /// how many those were.
    pub(super) fn read(
        segment: &SegmentReader,
        fields: &Fields,
        embedder: Option<&dyn Embedder>,
        known: &KnownVectors<'_>,
    ) -> tantivy::Result<(Self, usize)> {
        let rows = rows(segment)?;
        let Some(embedder) = embedder else {
            return Ok((Self { segment_id: segment.segment_id(), rows, vectors: None }, 0));
        };
        let mut vectors = VectorTable::new(embedder.dimensions(), rows.len());
        let mut missing = Vec::new();
        for document in segment.doc_ids_alive() {
            match known.places.get(&rows[document as usize].fingerprint) {
                Some((table, row)) => vectors.copy_from(document as usize, table, *row),
                None => missing.push(document),
            }
        }
        let embedded = read_texts(segment, fields, &missing, |text| {
            embedder.embed_document(&text).map(|vector| QuantisedVector::new(&vector))
        })?;
        for (document, vector) in missing.iter().zip(&embedded) {
            if let Some(vector) = vector {
                vectors.set(*document as usize, vector);
            }
        }
        Ok((Self { segment_id: segment.segment_id(), rows, vectors: Some(vectors) }, missing.len()))
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
