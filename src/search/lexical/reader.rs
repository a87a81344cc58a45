//! Words of a query against the fields of the documents.
//!
//! A query is looked up term by term and never parsed, so no text is a syntax error.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tantivy::query::{EnableScoring, FuzzyTermQuery, Query};
use tantivy::schema::Term;
use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, TERMINATED};

use super::nearness::Nearness;
use super::query::QueryTerm;
use super::scored_field::{FoundTerm, ScoredField, document_count, rarity};
use super::synonyms::{Form, Synonym};
use super::{Fields, LexicalQuery};
use crate::rank::RankingWeights;
use crate::search::best::Best;

/// Terms of a query that are searched; of a longer one those that weigh most.
const QUERY_TERMS: usize = 30;
/// Terms of a query whose neighbourhood counts; of a longer one those that weigh most.
const NEAR_TERMS: usize = 64;
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
    /// Which term of the query it is.
    place: usize,
    stem: &'a str,
    weight: f32,
    in_text: FoundTerm,
    /// The weight and the rarity: how much the term tells skills apart.
    telling: f32,
}

/// The postings of a query.
#[derive(Default)]
struct QueryPostings<'a> {
    words: Vec<WeighedPostings<'a>>,
    said_otherwise: Vec<SynonymPostings<'a>>,
}

/// The postings of terms that can be said otherwise: a document counts for how it says it best.
struct SynonymPostings<'a> {
    asked: Vec<WeighedPostings<'a>>,
    /// The other forms, each of words of which a document has to have all.
    forms: Vec<Vec<Vec<WeighedPostings<'a>>>>,
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
        let mut terms = (0..)
            .zip(&query.terms)
            .map(|(place, term)| self.weigh(place, term, weights.part))
            .collect::<tantivy::Result<Vec<_>>>()?;
        terms.sort_by(|left, right| right.telling.total_cmp(&left.telling));
        let ideal_score = terms.iter().map(|term| term.telling).sum::<f32>()
            * (IDEAL_TEXT * weights.text + IDEAL_LEAD * weights.lead);
        let mistyped = self.mistyped(&terms);
        let nearness = self.nearness(query, &terms, weights);
        let postings = self.postings(terms, &query.synonyms, weights)?;
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
        nearness.add_scores(&mut found)?;
        Ok(LexicalAnswer { found, ideal_score })
    }

    fn weigh<'a>(&self, place: usize, term: &'a QueryTerm, part: f32) -> tantivy::Result<WeighedTerm<'a>> {
        let is_part = match &term.whole {
            Some(whole) => self.text.find(whole)?.frequency >= KNOWN_COMPOUND,
            None => false,
        };
        let weight = if is_part { part } else { 1.0 };
        let in_text = self.text.find(&term.stem)?;
        let telling = weight * rarity(in_text.frequency.max(UNKNOWN_FREQUENCY), self.document_count);
        Ok(WeighedTerm { place, stem: &term.stem, weight, in_text, telling })
    }

    /// Finds the pairs of the terms that are looked for in whole texts; the most telling ones
    /// come first.
    fn nearness(&self, query: &LexicalQuery, terms: &[WeighedTerm<'_>], weights: &RankingWeights) -> Nearness<'_> {
        let searched = &terms[..terms.len().min(NEAR_TERMS)];
        Nearness::new(&self.text, query, weights.near, |place| {
            let is_searched = |term: &&WeighedTerm<'_>| term.place == place && term.in_text.frequency > 0;
            let term = searched.iter().find(is_searched).filter(|_| weights.near > 0.0)?;
            Some((rarity(term.in_text.frequency, self.document_count), &term.in_text))
        })
    }

    /// Finds the postings of the terms, of which the most telling ones come first.
    fn postings(
        &self,
        mut terms: Vec<WeighedTerm<'_>>,
        synonyms: &[Synonym],
        weights: &RankingWeights,
    ) -> tantivy::Result<QueryPostings<'_>> {
        let synonyms = if weights.synonym > 0.0 { synonyms } else { &[] };
        let mut postings = QueryPostings::default();
        for synonym in synonyms {
            let asked = terms.iter().filter(|term| synonym.asked.contains(&term.place));
            let telling = asked.map(|term| term.telling).sum();
            let form = |form: &Form| self.form(form, telling, weights);
            let forms = synonym.forms.iter().map(form).collect::<tantivy::Result<_>>()?;
            postings.said_otherwise.push(SynonymPostings { asked: Vec::new(), forms });
        }
        terms.retain(|term| term.in_text.frequency > 0);
        terms.truncate(QUERY_TERMS);
        let common = (self.document_count as f64 * weights.common_share) as u64;
        for (rank, WeighedTerm { place, stem, weight, in_text, .. }) in terms.into_iter().enumerate() {
            let is_in_text = rank < weights.text_terms || in_text.frequency < common;
            let of_term = match synonyms.iter().position(|synonym| synonym.asked.contains(&place)) {
                Some(synonym) => &mut postings.said_otherwise[synonym].asked,
                None => &mut postings.words,
            };
            self.add_postings(stem, weight, is_in_text.then_some(in_text), weights, of_term)?;
        }
        Ok(postings)
    }

    /// Finds the postings of another form. It counts a share of what was asked for, and is no
    /// rarer than that: `k8s` says no more than `kubernetes` to one who asks for `kubernetes`.
    fn form(
        &self,
        form: &Form,
        telling: f32,
        weights: &RankingWeights,
    ) -> tantivy::Result<Vec<Vec<WeighedPostings<'_>>>> {
        let word = |stem: &String| {
            let in_text = self.text.find(stem)?;
            let rarity = rarity(in_text.frequency, self.document_count);
            let weight = weights.synonym * form.share * (telling / rarity.max(f32::MIN_POSITIVE)).min(1.0);
            let mut postings = Vec::new();
            self.add_postings(stem, weight, Some(in_text), weights, &mut postings)?;
            Ok(postings)
        };
        form.stems.iter().map(word).collect()
    }

    /// Adds the postings of a term in the fields where it is looked up.
    fn add_postings<'a>(
        &'a self,
        stem: &str,
        weight: f32,
        in_text: Option<FoundTerm>,
        weights: &RankingWeights,
        postings: &mut Vec<WeighedPostings<'a>>,
    ) -> tantivy::Result<()> {
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
        postings.extend(in_text.map(|in_text| self.weighed(&self.text, in_text, weights.text * weight)));
        postings.retain(|postings| postings.term.frequency > 0);
        Ok(())
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

    /// Adds up what some postings count, for each document of a segment.
    fn scores(&self, segment: usize, postings: &[WeighedPostings<'_>]) -> tantivy::Result<Vec<f32>> {
        let mut scores = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        scores.resize(self.searcher.segment_readers()[segment].max_doc() as usize, 0.0);
        for WeighedPostings { field, term, weight } in postings {
            field.add_scores(term, *weight, segment, &mut scores)?;
        }
        Ok(scores)
    }

    /// Returns for each document of a segment what the form counts that it says best: who says
    /// both has said one thing.
    fn best_form(&self, segment: usize, synonym: &SynonymPostings<'_>) -> tantivy::Result<Vec<f32>> {
        let mut best = self.scores(segment, &synonym.asked)?;
        for form in &synonym.forms {
            let [first, rest @ ..] = form.as_slice() else { continue };
            let mut all = self.scores(segment, first)?;
            for word in rest {
                let of_word = self.scores(segment, word)?;
                all.iter_mut().zip(&of_word).for_each(|(least, score)| *least = least.min(*score));
                self.give_back(of_word);
            }
            best.iter_mut().zip(&all).for_each(|(best, score)| *best = best.max(*score));
            self.give_back(all);
        }
        Ok(best)
    }

    fn give_back(&self, mut scores: Vec<f32>) {
        scores.fill(0.0);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(scores);
    }

    fn search_segment(
        &self,
        segment: usize,
        postings: &QueryPostings<'_>,
        mistyped: &[FuzzyTermQuery],
        limit: usize,
        is_wanted: &impl Fn(SegmentOrdinal, DocId) -> bool,
    ) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        let reader = &self.searcher.segment_readers()[segment];
        let mut scores = self.scores(segment, &postings.words)?;
        for synonym in &postings.said_otherwise {
            let best = self.best_form(segment, synonym)?;
            scores.iter_mut().zip(&best).for_each(|(score, best)| *score += best);
            self.give_back(best);
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
        self.give_back(scores);
        let address = |(document, score): (usize, f32)| (score, DocAddress::new(ordinal, document as DocId));
        Ok(best.finish().into_iter().map(address).collect())
    }
}

/// Tells whether a word that is nowhere is worth looking up with one letter changed: shorter
/// ones are near to too many others, and in other scripts a character is no letter.
fn may_be_mistyped(stem: &str) -> bool {
    (MISTYPED_LETTERS..=32).contains(&stem.len()) && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
}
