//! Words of a query against the fields of the documents.
//!
//! A query is looked up term by term and never parsed, so no text is a syntax error.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tantivy::query::{EnableScoring, FuzzyTermQuery, Query};
use tantivy::schema::Term;
use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, TERMINATED};

use super::query::QueryTerm;
use super::scored_field::{FoundTerm, ScoredField, document_count, rarity};
use super::{Fields, LexicalQuery};
use crate::rank::RankingWeights;
use crate::search::best::Best;

/// Terms of a query that are searched; of a longer one those that weigh most.
const QUERY_TERMS: usize = 30;
/// Documents from which a compound is known as a whole.
const KNOWN_COMPOUND: u64 = 2;

/// The frequency for which a word counts that is nowhere. It may be a typing error, and says
/// less than a word that is known to be rare.
const UNKNOWN_FREQUENCY: u64 = 3;

/// Words of a query that are looked up with one letter changed, the most telling ones.
const MISTYPED_TERMS: usize = 2;
const MISTYPED_LETTERS: usize = 5;
/// Terms of a query up to which that is done: a longer one says enough without the word.
const MISTYPED_QUERY_TERMS: usize = 6;
/// What a name or a description counts that holds such a word: as much as a word of medium
/// rarity, since it may be another one.
const MISTYPED_SCORE: f32 = 3.0;

/// BM25 of a term that is there a few times, without its rarity: what a skill gets that is
/// about it. In the whole text, and in the lead, where the first time counts nearly all.
const IDEAL_TEXT: f32 = 1.6;
const IDEAL_LEAD: f32 = 1.65;

/// Documents from which segments are searched by several threads; fewer are sooner done by one.
const PARALLEL_DOCUMENTS: u64 = 65_536;

/// What full text finds.
#[derive(Debug, Default)]
pub(in crate::search) struct LexicalAnswer {
    /// The best documents with their scores, in any order.
    pub(in crate::search) found: Vec<(f32, DocAddress)>,
    /// The score of a document that is about every term of the query.
    pub(in crate::search) ideal_score: f32,
}

/// Full text of one state of the index.
pub(in crate::search) struct LexicalReader {
    searcher: Searcher,
    document_count: u64,
    text: ScoredField,
    lead: ScoredField,
    /// The fields in which a word is a hint: the name, the repository and the files.
    hints: [ScoredField; 3],
    /// The fields in which a mistyped word is looked for.
    mistyped: [tantivy::schema::Field; 2],
    /// Arrays of scores for reuse; all zero.
    spare: Mutex<Vec<Vec<f32>>>,
}

/// A term with what it counts in this index.
struct WeighedTerm<'a> {
    stem: &'a str,
    weight: f32,
    in_text: FoundTerm,
    /// The weight and the rarity: how much the term tells skills apart.
    telling: f32,
}

/// The postings of a term in one field, and what they count.
struct WeighedPostings<'a> {
    field: &'a ScoredField,
    term: FoundTerm,
    weight: f32,
}

impl LexicalReader {
    /// Opens the fields of a state of the index.
    pub(in crate::search) fn open(searcher: Searcher, fields: &Fields) -> tantivy::Result<Self> {
        let field = |field| ScoredField::open(&searcher, field);
        Ok(Self {
            document_count: document_count(&searcher),
            text: field(fields.text)?,
            lead: field(fields.lead)?,
            hints: [field(fields.name)?, field(fields.repository)?, field(fields.files)?],
            mistyped: [fields.name, fields.lead],
            spare: Mutex::default(),
            searcher,
        })
    }

    /// Returns the `limit` best of the wanted documents by BM25.
    pub(in crate::search) fn search(
        &self,
        query: &LexicalQuery,
        weights: &RankingWeights,
        limit: usize,
        is_wanted: impl Fn(SegmentOrdinal, DocId) -> bool + Sync,
    ) -> tantivy::Result<LexicalAnswer> {
        let mut terms =
            query.terms.iter().map(|term| self.weigh(term, weights.part)).collect::<tantivy::Result<Vec<_>>>()?;
        terms.sort_by(|left, right| right.telling.total_cmp(&left.telling));
        let ideal_score = terms.iter().map(|term| term.telling).sum::<f32>()
            * (IDEAL_TEXT * weights.text + IDEAL_LEAD * weights.lead);
        let mistyped = self.mistyped(&terms);
        let postings = self.postings(terms, weights)?;
        let segment = |segment: usize| -> tantivy::Result<Vec<(f32, DocAddress)>> {
            self.search_segment(segment, &postings, &mistyped, limit, &is_wanted)
        };
        let segment_count = self.searcher.segment_readers().len();
        let found = if self.document_count >= PARALLEL_DOCUMENTS {
            (0..segment_count).into_par_iter().map(segment).collect::<tantivy::Result<Vec<_>>>()?
        } else {
            (0..segment_count).map(segment).collect::<tantivy::Result<Vec<_>>>()?
        };
        let mut found = found.concat();
        found.sort_unstable_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        found.truncate(limit);
        Ok(LexicalAnswer { found, ideal_score })
    }

    fn weigh<'a>(&self, term: &'a QueryTerm, part: f32) -> tantivy::Result<WeighedTerm<'a>> {
        let is_part = match &term.whole {
            Some(whole) => self.text.find(whole)?.frequency >= KNOWN_COMPOUND,
            None => false,
        };
        let weight = if is_part { part } else { 1.0 };
        let in_text = self.text.find(&term.stem)?;
        let telling = weight * rarity(in_text.frequency.max(UNKNOWN_FREQUENCY), self.document_count);
        Ok(WeighedTerm { stem: &term.stem, weight, in_text, telling })
    }

    /// Finds the postings of the terms, of which the most telling ones come first.
    fn postings(
        &self,
        mut terms: Vec<WeighedTerm<'_>>,
        weights: &RankingWeights,
    ) -> tantivy::Result<Vec<WeighedPostings<'_>>> {
        terms.retain(|term| term.in_text.frequency > 0);
        terms.truncate(QUERY_TERMS);
        let common = (self.document_count as f64 * weights.common_share) as u64;
        let mut postings = Vec::with_capacity(terms.len() * 5);
        for (place, WeighedTerm { stem, weight, in_text, .. }) in terms.into_iter().enumerate() {
            let [name, repository, files] = &self.hints;
            let others = [
                (&self.lead, weights.lead),
                (name, weights.name),
                (repository, weights.repository),
                (files, weights.files),
            ];
            for (field, boost) in others {
                postings.push(self.weighed(field, field.find(stem)?, boost * weight));
            }
            if place < weights.text_terms || in_text.frequency < common {
                postings.push(self.weighed(&self.text, in_text, weights.text * weight));
            }
        }
        postings.retain(|postings| postings.term.frequency > 0);
        Ok(postings)
    }

    fn weighed<'a>(&self, field: &'a ScoredField, term: FoundTerm, boost: f32) -> WeighedPostings<'a> {
        let weight = boost * rarity(term.frequency, self.document_count);
        WeighedPostings { field, term, weight }
    }

    /// Returns what finds the words of a short query that are nowhere, with one letter changed.
    fn mistyped(&self, terms: &[WeighedTerm<'_>]) -> Vec<FuzzyTermQuery> {
        if terms.len() > MISTYPED_QUERY_TERMS {
            return Vec::new();
        }
        let unknown = terms.iter().filter(|term| term.in_text.frequency == 0 && may_be_mistyped(term.stem));
        let looked_up = |term: &WeighedTerm<'_>| {
            let (stem, fields) = (term.stem.to_owned(), self.mistyped);
            fields.map(|field| FuzzyTermQuery::new(Term::from_field_text(field, &stem), 1, true))
        };
        unknown.take(MISTYPED_TERMS).flat_map(looked_up).collect()
    }

    fn search_segment(
        &self,
        segment: usize,
        postings: &[WeighedPostings<'_>],
        mistyped: &[FuzzyTermQuery],
        limit: usize,
        is_wanted: &impl Fn(SegmentOrdinal, DocId) -> bool,
    ) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        let reader = &self.searcher.segment_readers()[segment];
        let mut scores = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        scores.resize(reader.max_doc() as usize, 0.0);
        for WeighedPostings { field, term, weight } in postings {
            field.add_scores(term, *weight, segment, &mut scores)?;
        }
        for query in mistyped {
            let mut found = query.weight(EnableScoring::disabled_from_searcher(&self.searcher))?.scorer(reader, 1.0)?;
            while found.doc() != TERMINATED {
                scores[found.doc() as usize] += MISTYPED_SCORE;
                found.advance();
            }
        }
        let ordinal = segment as SegmentOrdinal;
        let mut best = Best::new(limit, 0.0);
        for (document, score) in scores.iter().enumerate() {
            if *score > best.threshold() {
                let id = document as DocId;
                if !reader.is_deleted(id) && is_wanted(ordinal, id) {
                    best.offer(document, *score);
                }
            }
        }
        scores.fill(0.0);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(scores);
        let address = |(document, score): (usize, f32)| (score, DocAddress::new(ordinal, document as DocId));
        Ok(best.finish().into_iter().map(address).collect())
    }
}

/// Tells whether a word that is nowhere is worth looking up with one letter changed: shorter
/// ones are near to too many others, and in other scripts a character is no letter.
fn may_be_mistyped(stem: &str) -> bool {
    (MISTYPED_LETTERS..=32).contains(&stem.len()) && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
}
