//! Fields as they are scored, one term after the other.
//!
//! What a query finds is added up term at a time: each list of postings is read once, from its
//! beginning to its end, into an array with a place for each document (H. Turtle, J. Flood:
//! *Query evaluation: strategies and optimizations*, Information Processing & Management 31,
//! 1995). A request of ours is up to 150 lists, most of them short. Walking them side by side,
//! document by document, costs more for keeping them in order than pruning saves.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, InvertedIndexReader, Searcher, TantivyError};

/// BM25's constants (S. Robertson, H. Zaragoza: *The probabilistic relevance framework*, 2009).
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// A field with its readers in each segment of one state of the index.
pub(super) struct ScoredField {
    field: Field,
    segments: Vec<(Arc<InvertedIndexReader>, FieldNormReader)>,
    /// What holds the frequency of a term back, for each number of a length.
    holdbacks: [f32; 256],
}

/// A term that was looked up in a field.
#[derive(Clone)]
pub(super) struct FoundTerm {
    /// Where its postings are, in each segment.
    places: Vec<Option<TermInfo>>,
    /// How many documents have it.
    pub(super) frequency: u64,
}

/// Where a term stands in each of some documents.
#[derive(Default)]
pub(super) struct Positions {
    positions: Vec<u32>,
    /// Where those of each document end.
    ends: Vec<usize>,
}

impl Positions {
    /// Returns those in one of the documents, in order.
    pub(super) fn of(&self, document: usize) -> &[u32] {
        let start = document.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.positions[start..self.ends[document]]
    }
}

impl ScoredField {
    /// Opens a field in every segment.
    pub(super) fn open(searcher: &Searcher, field: Field) -> tantivy::Result<Self> {
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        let mut total_length = 0_u64;
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            total_length += inverted.total_num_tokens();
            // Where the length of a field does not count, every document is as long as another.
            let lengths = segment.fieldnorms_readers().get_field(field)?;
            segments.push((inverted, lengths.unwrap_or_else(|| FieldNormReader::constant(segment.max_doc(), 1))));
        }
        // Deleted documents count until their segment is merged, in the length and in the number.
        let average_length = total_length as f32 / document_count(searcher).max(1) as f32;
        let holdback = |number: u8| {
            let length = FieldNormReader::id_to_fieldnorm(number) as f32;
            K1 * (1.0 - B + B * length / average_length.max(f32::MIN_POSITIVE))
        };
        Ok(Self { field, segments, holdbacks: std::array::from_fn(|number| holdback(number as u8)) })
    }

    /// Looks a term up.
    pub(super) fn find(&self, stem: &str) -> tantivy::Result<FoundTerm> {
        let term = Term::from_field_text(self.field, stem);
        let place = |(inverted, _): &(Arc<InvertedIndexReader>, FieldNormReader)| inverted.get_term_info(&term);
        let places = self.segments.iter().map(place).collect::<std::io::Result<Vec<_>>>()?;
        let frequency = places.iter().flatten().map(|info| u64::from(info.doc_freq)).sum();
        Ok(FoundTerm { places, frequency })
    }

    /// Adds what a term counts to the scores of a segment's documents. `weight` is its rarity
    /// and whatever else it is multiplied by.
    pub(super) fn add_scores(
        &self,
        term: &FoundTerm,
        weight: f32,
        segment: usize,
        scores: &mut [f32],
    ) -> tantivy::Result<()> {
        let (inverted, lengths) = &self.segments[segment];
        let Some(info) = &term.places[segment] else { return Ok(()) };
        let mut postings = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        let weight = weight * (1.0 + K1);
        while postings.block_len() > 0 {
            for (document, frequency) in postings.docs().iter().zip(postings.freqs()) {
                let score = scores.get_mut(*document as usize).ok_or_else(outside)?;
                let holdback = self.holdbacks[usize::from(lengths.fieldnorm_id(*document))];
                let frequency = *frequency as f32;
                *score += weight * frequency / (frequency + holdback);
            }
            postings.advance();
        }
        Ok(())
    }

    /// Reads where a term stands in some documents of a segment, which are in order. A field
    /// without positions has none.
    pub(super) fn positions(
        &self,
        term: &FoundTerm,
        segment: usize,
        documents: &[DocId],
    ) -> tantivy::Result<Positions> {
        let mut read = Positions { positions: Vec::new(), ends: Vec::with_capacity(documents.len()) };
        let (inverted, _) = &self.segments[segment];
        let mut postings = match &term.places[segment] {
            Some(info) => Some(inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions)?),
            None => None,
        };
        for document in documents {
            if let Some(postings) = &mut postings {
                if postings.doc() < *document {
                    postings.seek(*document);
                }
                if postings.doc() == *document {
                    postings.append_positions_with_offset(0, &mut read.positions);
                }
            }
            read.ends.push(read.positions.len());
        }
        Ok(read)
    }
}

/// Returns the number of documents that rarity is measured against.
pub(super) fn document_count(searcher: &Searcher) -> u64 {
    searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum()
}

/// BM25's inverse document frequency.
pub(super) fn rarity(frequency: u64, document_count: u64) -> f32 {
    let (frequency, count) = (frequency as f64, document_count as f64);
    (1.0 + (count - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln() as f32
}

fn outside() -> TantivyError {
    TantivyError::InternalError("a list of postings names a document that its segment does not have".to_owned())
}
