//! Answers and query vectors that are given again.
//!
//! A cache belongs to one snapshot and goes with it, so that no answer outlives the state of
//! the index that it was made from.

use std::sync::Arc;

use moka::sync::Cache;

use super::semantic::{Embedder, QuantisedVector};
use super::{Hit, SearchAnswer, SearchError, SearchRequest};
use crate::skill::Timestamp;

/// Bytes of answers that are kept.
const ANSWER_BYTES: u64 = 16 * 1024 * 1024;
/// Query vectors that are kept: about a megabyte of them.
const QUERY_VECTORS: u64 = 4_096;
/// Longest query that is kept, in bytes.
const QUERY_BYTES: usize = 1_024;
/// What an entry takes beside its hits and its query.
const ENTRY_BYTES: usize = 256;
/// What the facets of an entry take: four, of up to ten values each.
const FACET_BYTES: usize = 1_024;
/// The factor of recency counts days, so an answer may be as old as this.
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What is kept of one state of the index.
pub(super) struct SearchCache {
    answers: Cache<SearchRequest, SearchAnswer>,
    queries: Cache<String, Option<Arc<QuantisedVector>>>,
}

impl SearchCache {
    pub(super) fn new() -> Self {
        let weigh = |request: &SearchRequest, answer: &SearchAnswer| {
            let facets = answer.facets.as_ref().map_or(0, |_| FACET_BYTES);
            let bytes = ENTRY_BYTES + request.query.len() + answer.hits.len() * size_of::<Hit>() + facets;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self {
            answers: Cache::builder().max_capacity(ANSWER_BYTES).weigher(weigh).build(),
            queries: Cache::new(QUERY_VECTORS),
        }
    }

    /// Answers a request as it was answered before, or with `make`. The time of the request
    /// counts by the hour, whether the answer is new or not.
    pub(super) fn answer(
        &self,
        request: &SearchRequest,
        make: impl FnOnce(&SearchRequest) -> Result<SearchAnswer, SearchError>,
    ) -> Result<SearchAnswer, SearchError> {
        let request = SearchRequest { now: hour(request.now), ..request.clone() };
        if request.query.len() > QUERY_BYTES {
            return make(&request);
        }
        if let Some(answer) = self.answers.get(&request) {
            return Ok(answer);
        }
        let answer = make(&request)?;
        self.answers.insert(request, answer.clone());
        Ok(answer)
    }

    /// Returns the vector of a query; `None` where the embedder knows none of its words.
    pub(super) fn vector(&self, embedder: &dyn Embedder, query: &str) -> Option<Arc<QuantisedVector>> {
        if let Some(vector) = self.queries.get(query) {
            return vector;
        }
        let vector = embedder.embed_query(query).map(|vector| Arc::new(QuantisedVector::new(&vector)));
        if query.len() <= QUERY_BYTES {
            self.queries.insert(query.to_owned(), vector.clone());
        }
        vector
    }
}

fn hour(time: Timestamp) -> Timestamp {
    let milliseconds = time.as_milliseconds();
    Timestamp::from_milliseconds(milliseconds - milliseconds.rem_euclid(HOUR_MS))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn an_answer_is_made_once_for_an_hour_and_a_question() {
        let cache = SearchCache::new();
        let made = Cell::new(0);
        let ask = |query: &str, limit: usize, now: &str| {
            let request = SearchRequest {
                query: query.to_owned(),
                limit,
                min_stars: None,
                updated_after: None,
                registry: None,
                wants_facets: false,
                now: now.parse().expect("a time"),
                ranking: crate::search::Ranking::Hybrid,
            };
            let make = |_: &SearchRequest| {
                made.set(made.get() + 1);
                Ok(SearchAnswer { hits: Vec::new(), is_degraded: false, empty_reason: None, facets: None })
            };
            cache.answer(&request, make).expect("an answer");
            made.get()
        };
        let long = "x".repeat(QUERY_BYTES + 1);
        let rows = [
            ("pdf", 10, "2026-01-01T10:00:00Z", 1),
            ("pdf", 10, "2026-01-01T10:59:59Z", 1),
            ("pdf", 10, "2026-01-01T11:00:00Z", 2),
            ("pdf", 11, "2026-01-01T11:00:00Z", 3),
            ("PDF", 11, "2026-01-01T11:00:00Z", 4),
            (long.as_str(), 11, "2026-01-01T11:00:00Z", 5),
            (long.as_str(), 11, "2026-01-01T11:00:00Z", 6),
        ];
        for (query, limit, now, expected) in rows {
            assert_eq!(ask(query, limit, now), expected, "{} {limit} {now}", &query[..3]);
        }
    }
}
