//! Words of a query against the fields of the documents.
//!
//! The query is built term by term and never parsed, so no text is a syntax error. It is one
//! flat union of boosted terms, since only such a one is pruned by block-max WAND (S. Ding,
//! T. Suel: *Faster top-k document retrieval using block-max indexes*, SIGIR 2011).

use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, RangeQuery, TermQuery};
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, Searcher};

use super::Fields;
use super::document::registry_number;
use crate::search::SearchRequest;
use crate::search::text::{Analyzer, TermRole, is_function_word, is_request_word};

/// Terms of a query that are searched; of a longer one those that weigh most.
const QUERY_TERMS: usize = 30;
/// So many of the rarest terms are searched in whole texts, the others only where they are in
/// fewer than [`COMMON_SHARE`] of all documents: long lists of postings cost most of the time
/// and change little. In names and descriptions every term is searched.
const TEXT_TERMS: usize = 12;
const COMMON_SHARE: f64 = 0.1;

/// How much a match counts by its field; a name counts in three of them. Chosen on the
/// development half with a prototype of the same formula, in which they change little when one
/// of them is made half or twice as large (docs/relevance.md).
const NAME_BOOST: f32 = 0.5;
const LEAD_BOOST: f32 = 0.6;
const TEXT_BOOST: f32 = 1.0;
/// Where a skill comes from, and what its files are called, are hints and not topics.
const REPOSITORY_BOOST: f32 = 0.3;
const FILES_BOOST: f32 = 0.25;
/// What a part of a compound counts where the compound is known as a whole: `hub` and `spot`
/// say little beside `hubspot`.
const PART_WEIGHT: f32 = 0.5;
/// Documents from which a compound is known as a whole.
const KNOWN_COMPOUND: u64 = 2;

/// The frequency for which a word counts that is nowhere.
const UNKNOWN_FREQUENCY: u64 = 3;

/// Words of a query that are looked up with one letter changed, the most telling ones.
const MISTYPED_TERMS: usize = 2;
const MISTYPED_LETTERS: usize = 5;
/// Terms of a query up to which that is done: a longer one says enough without the word, and
/// such a look-up keeps the others from being pruned.
const MISTYPED_QUERY_TERMS: usize = 6;
/// What a name or a description counts that holds such a word: as much as a word of medium
/// rarity, since it may be another one.
const MISTYPED_SCORE: f32 = 3.0;

/// BM25 of a term that is there a few times, without its rarity: what a skill gets that is
/// about it. In the whole text, and in the lead, where the first time counts nearly all.
const IDEAL_TEXT: f32 = 1.6;
const IDEAL_LEAD: f32 = 1.65;

/// The terms of a query, distinct and in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::search) struct LexicalQuery {
    terms: Vec<QueryTerm>,
}

/// One term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
struct QueryTerm {
    stem: String,
    /// The whole of the compound of which the term is only a part.
    whole: Option<String>,
}

/// What full text finds.
#[derive(Debug, Default)]
pub(in crate::search) struct LexicalAnswer {
    /// The best documents with their scores, the best first.
    pub(in crate::search) found: Vec<(f32, DocAddress)>,
    /// The score of a document that is about every term of the query.
    pub(in crate::search) ideal_score: f32,
}

impl LexicalQuery {
    /// Reads the terms of a query. Words that say nothing are left out, unless nothing else is
    /// there: then they may at least be a name.
    pub(in crate::search) fn new(query: &str) -> Self {
        static ANALYZERS: Mutex<Vec<Analyzer>> = Mutex::new(Vec::new());
        let spare = ANALYZERS.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut analyzer = spare.unwrap_or_else(Analyzer::new);
        let mut by_weight: [Vec<QueryTerm>; 3] = Default::default();
        let mut parts: Vec<(usize, usize)> = Vec::new();
        analyzer.for_each_term(query, |term| {
            let weight = usize::from(is_request_word(term.word)) + usize::from(is_function_word(term.word));
            let of_weight = &mut by_weight[weight];
            let known = of_weight.iter().position(|known| known.stem == term.stem);
            let place = known.unwrap_or(of_weight.len());
            match known {
                None => of_weight.push(QueryTerm { stem: term.stem.to_owned(), whole: None }),
                // Said by itself as well, it counts in full.
                Some(place) if term.role == TermRole::Word => of_weight[place].whole = None,
                Some(_) => {}
            }
            match term.role {
                TermRole::Word => {}
                TermRole::Part if known.is_none() => parts.push((weight, place)),
                TermRole::Part => {}
                TermRole::Whole => {
                    let whole = term.stem;
                    for (weight, place) in parts.drain(..) {
                        by_weight[weight][place].whole = Some(whole.to_owned());
                    }
                }
            }
        });
        ANALYZERS.lock().unwrap_or_else(PoisonError::into_inner).push(analyzer);
        Self { terms: by_weight.into_iter().find(|terms| !terms.is_empty()).unwrap_or_default() }
    }
}

/// Returns the `limit` best documents by BM25, the best first.
pub(in crate::search) fn lexical_search(
    searcher: &Searcher,
    fields: &Fields,
    query: &LexicalQuery,
    request: &SearchRequest,
    limit: usize,
) -> tantivy::Result<LexicalAnswer> {
    let Some((query, ideal_score)) = build(searcher, fields, query, request)? else {
        return Ok(LexicalAnswer::default());
    };
    let found = searcher.search(&query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
    Ok(LexicalAnswer { found, ideal_score })
}

/// A term with what it counts in this index.
struct WeighedTerm<'a> {
    stem: &'a str,
    weight: f32,
    frequency: u64,
    /// The weight and the rarity: how much the term tells skills apart.
    telling: f32,
}

fn build(
    searcher: &Searcher,
    fields: &Fields,
    query: &LexicalQuery,
    request: &SearchRequest,
) -> tantivy::Result<Option<(BooleanQuery, f32)>> {
    let document_count = searcher.num_docs();
    let frequency = |stem: &str| searcher.doc_freq(&Term::from_field_text(fields.text, stem));
    let mut terms: Vec<WeighedTerm<'_>> = Vec::with_capacity(query.terms.len());
    for term in &query.terms {
        let is_part = match &term.whole {
            Some(whole) => frequency(whole)? >= KNOWN_COMPOUND,
            None => false,
        };
        let (weight, frequency) = (if is_part { PART_WEIGHT } else { 1.0 }, frequency(&term.stem)?);
        terms.push(WeighedTerm {
            stem: &term.stem,
            weight,
            frequency,
            telling: weight * rarity(frequency, document_count),
        });
    }
    terms.sort_by(|left, right| right.telling.total_cmp(&left.telling));
    let ideal_score =
        terms.iter().map(|term| term.telling).sum::<f32>() * (IDEAL_TEXT * TEXT_BOOST + IDEAL_LEAD * LEAD_BOOST);
    let is_short = terms.len() <= MISTYPED_QUERY_TERMS;
    let unknown: Vec<&str> =
        terms.iter().filter(|term| is_short && term.frequency == 0).map(|term| term.stem).collect();
    terms.retain(|term| term.frequency > 0);
    terms.truncate(QUERY_TERMS);
    let common = (document_count as f64 * COMMON_SHARE) as u64;
    let mut words: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(terms.len() * 5);
    for (place, term) in terms.into_iter().enumerate() {
        let is_in_texts = place < TEXT_TERMS || term.frequency < common;
        let text_boost = is_in_texts.then_some((fields.text, TEXT_BOOST));
        let boosts = [
            (fields.name, NAME_BOOST),
            (fields.lead, LEAD_BOOST),
            (fields.repository, REPOSITORY_BOOST),
            (fields.files, FILES_BOOST),
        ];
        for (field, boost) in boosts.into_iter().chain(text_boost) {
            let query = TermQuery::new(Term::from_field_text(field, term.stem), IndexRecordOption::WithFreqs);
            words.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost * term.weight))));
        }
    }
    for stem in unknown.into_iter().filter(|stem| may_be_mistyped(stem)).take(MISTYPED_TERMS) {
        for field in [fields.name, fields.lead] {
            let query = FuzzyTermQuery::new(Term::from_field_text(field, stem), 1, true);
            words.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), MISTYPED_SCORE))));
        }
    }
    if words.is_empty() {
        return Ok(None);
    }
    let words = BooleanQuery::new(words);
    let filters = filters(fields, request);
    if filters.is_empty() {
        return Ok(Some((words, ideal_score)));
    }
    let filters = filters
        .into_iter()
        .map(|filter| -> (Occur, Box<dyn Query>) { (Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0))) });
    let filtered =
        BooleanQuery::new(std::iter::once((Occur::Must, Box::new(words) as Box<dyn Query>)).chain(filters).collect());
    Ok(Some((filtered, ideal_score)))
}

/// BM25's inverse document frequency. A word that is nowhere is as rare as one of a few skills:
/// it may be a typing error, and says less than a word that is known to be rare.
fn rarity(frequency: u64, document_count: u64) -> f32 {
    let (frequency, count) = (frequency.max(UNKNOWN_FREQUENCY) as f64, document_count as f64);
    (1.0 + (count - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln() as f32
}

/// Tells whether a word that is nowhere is worth looking up with one letter changed: shorter
/// ones are near to too many others, and in other scripts a character is no letter.
fn may_be_mistyped(stem: &str) -> bool {
    (MISTYPED_LETTERS..=32).contains(&stem.len()) && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn filters(fields: &Fields, request: &SearchRequest) -> Vec<Box<dyn Query>> {
    let mut filters: Vec<Box<dyn Query>> = Vec::new();
    if let Some(min_stars) = request.min_stars {
        filters.push(Box::new(RangeQuery::new(
            Bound::Included(Term::from_field_u64(fields.stars, min_stars)),
            Bound::Unbounded,
        )));
    }
    if let Some(updated_after) = request.updated_after {
        let term = Term::from_field_i64(fields.updated_at, updated_after.as_milliseconds());
        filters.push(Box::new(RangeQuery::new(Bound::Included(term), Bound::Unbounded)));
    }
    if let Some(registry) = request.registry {
        let term = Term::from_field_u64(fields.registry, registry_number(registry));
        filters.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_keep_what_tells_skills_apart() {
        let rows: [(&str, &[&str]); 5] = [
            ("Please help me create a Dockerfile for the app", &["dockerfil", "app"]),
            ("what should I use", &["use"]),
            ("who is it", &["who", "is", "it"]),
            ("", &[]),
            ("deploy deploys deploying", &["deploy"]),
        ];
        for (query, stems) in rows {
            let query = LexicalQuery::new(query);
            assert_eq!(query.terms.iter().map(|term| &*term.stem).collect::<Vec<_>>(), stems);
        }
    }

    #[test]
    fn parts_know_their_whole_unless_they_are_said_by_themselves() {
        let query = LexicalQuery::new("HubSpot hub pre-commit");
        let terms: Vec<_> = query.terms.iter().map(|term| (&*term.stem, term.whole.as_deref())).collect();
        assert_eq!(
            terms,
            [
                ("hub", None),
                ("spot", Some("hubspot")),
                ("hubspot", None),
                ("pre", Some("precommit")),
                ("commit", Some("precommit")),
                ("precommit", None)
            ]
        );
    }
}
