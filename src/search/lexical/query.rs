//! Words of a query against the fields of the documents.
//!
//! The query is built term by term and never parsed, so no text is a syntax error. It is one
//! flat union of boosted terms, since only such a one is pruned by block-max WAND (S. Ding,
//! T. Suel: *Faster top-k document retrieval using block-max indexes*, SIGIR 2011).

use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, RangeQuery, TermQuery};
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, Searcher};

use super::Fields;
use super::document::registry_number;
use crate::search::SearchRequest;
use crate::search::text::{Analyzer, is_function_word, is_request_word};

/// Terms of a query that are searched; of a longer one the rarest.
const QUERY_TERMS: usize = 30;
/// So many of the rarest terms are searched in whole texts, the others only where they are in
/// fewer than [`COMMON_SHARE`] of all documents: long lists of postings cost most of the time
/// and change little. In names and descriptions every term is searched.
const TEXT_TERMS: usize = 12;
const COMMON_SHARE: f64 = 0.1;

/// How much a match counts by its field; a name counts in all three.
const NAME_BOOST: f32 = 0.5;
const LEAD_BOOST: f32 = 0.6;
const TEXT_BOOST: f32 = 1.0;
/// A publisher's name is a hint, not a topic.
const PUBLISHER_BOOST: f32 = 0.3;

/// The terms of a query, distinct and in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::search) struct LexicalQuery {
    stems: Vec<String>,
}

impl LexicalQuery {
    /// Reads the terms of a query. Words that say nothing are left out, unless nothing else is
    /// there: then they may at least be a name.
    pub(in crate::search) fn new(query: &str) -> Self {
        static ANALYZERS: Mutex<Vec<Analyzer>> = Mutex::new(Vec::new());
        let spare = ANALYZERS.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut analyzer = spare.unwrap_or_else(Analyzer::new);
        let mut by_weight: [Vec<String>; 3] = Default::default();
        analyzer.for_each_term(query, |term| {
            let weight = usize::from(is_request_word(term.word)) + usize::from(is_function_word(term.word));
            if !by_weight[weight].iter().any(|stem| stem == term.stem) {
                by_weight[weight].push(term.stem.to_owned());
            }
        });
        ANALYZERS.lock().unwrap_or_else(PoisonError::into_inner).push(analyzer);
        Self { stems: by_weight.into_iter().find(|stems| !stems.is_empty()).unwrap_or_default() }
    }
}

/// Returns the `limit` best documents by BM25, the best first.
pub(in crate::search) fn lexical_search(
    searcher: &Searcher,
    fields: &Fields,
    query: &LexicalQuery,
    request: &SearchRequest,
    limit: usize,
) -> tantivy::Result<Vec<(f32, DocAddress)>> {
    let Some(query) = build(searcher, fields, query, request)? else { return Ok(Vec::new()) };
    searcher.search(&query, &TopDocs::with_limit(limit.max(1)).order_by_score())
}

fn build(
    searcher: &Searcher,
    fields: &Fields,
    query: &LexicalQuery,
    request: &SearchRequest,
) -> tantivy::Result<Option<BooleanQuery>> {
    let mut stems: Vec<(u64, &str)> = Vec::with_capacity(query.stems.len());
    for stem in &query.stems {
        stems.push((searcher.doc_freq(&Term::from_field_text(fields.text, stem))?, stem));
    }
    stems.sort_by_key(|(frequency, _)| *frequency);
    stems.truncate(QUERY_TERMS);
    let common = (searcher.num_docs() as f64 * COMMON_SHARE) as u64;
    let mut words: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(stems.len() * 4);
    for (place, (frequency, stem)) in stems.into_iter().enumerate() {
        let is_in_texts = place < TEXT_TERMS || frequency < common;
        let text_boost = is_in_texts.then_some((fields.text, TEXT_BOOST));
        let boosts = [(fields.name, NAME_BOOST), (fields.lead, LEAD_BOOST), (fields.publisher, PUBLISHER_BOOST)];
        for (field, boost) in boosts.into_iter().chain(text_boost) {
            let term = TermQuery::new(Term::from_field_text(field, stem), IndexRecordOption::WithFreqs);
            words.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost))));
        }
    }
    if words.is_empty() {
        return Ok(None);
    }
    let words = BooleanQuery::new(words);
    let filters = filters(fields, request);
    if filters.is_empty() {
        return Ok(Some(words));
    }
    let filters = filters
        .into_iter()
        .map(|filter| -> (Occur, Box<dyn Query>) { (Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0))) });
    Ok(Some(BooleanQuery::new(
        std::iter::once((Occur::Must, Box::new(words) as Box<dyn Query>)).chain(filters).collect(),
    )))
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
            assert_eq!(LexicalQuery::new(query).stems, stems, "{query}");
        }
    }
}
