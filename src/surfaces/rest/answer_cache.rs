//! Answers to `GET /verify` that are given again as they are.
//!
//! Hits and misses are kept apart, so that a flood of random hashes cannot push out what
//! clients really ask for. A change of the store empties both.

use std::sync::Arc;

use moka::sync::Cache;

use super::answer::KeptAnswer;

/// Hits that are kept: a few hundred bytes each.
const HITS: u64 = 100_000;
/// Misses that are kept.
const MISSES: u64 = 10_000;
/// Longest query that is kept, in bytes.
const QUERY_BYTES: usize = 1_024;

/// Kept answers by the query as it was sent.
#[derive(Debug, Clone)]
pub(super) struct AnswerCache {
    hits: Cache<String, Arc<KeptAnswer>>,
    misses: Cache<String, Arc<KeptAnswer>>,
}

impl AnswerCache {
    pub fn new() -> Self {
        Self { hits: Cache::new(HITS), misses: Cache::new(MISSES) }
    }

    /// Returns the answer that was given to the same query.
    pub fn get(&self, query: &str) -> Option<Arc<KeptAnswer>> {
        self.hits.get(query).or_else(|| self.misses.get(query))
    }

    /// Keeps an answer.
    pub fn insert(&self, query: &str, answer: Arc<KeptAnswer>, is_hit: bool) {
        if query.len() <= QUERY_BYTES {
            let cache = if is_hit { &self.hits } else { &self.misses };
            cache.insert(query.to_owned(), answer);
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.hits.invalidate_all();
        self.misses.invalidate_all();
    }
}
