//! Words that stand side by side in a query and in a text.
//!
//! Two words that follow each other in a request are one thing more often than not ("code
//! review"), and a text where they follow each other too is about it (D. Metzler, W. B. Croft:
//! *A Markov random field model for term dependencies*, SIGIR 2005, sequential dependence;
//! Y. Rasolofo, J. Savoy: *Term proximity scoring for keyword-based retrieval systems*, ECIR
//! 2003). Only what was found by its words is looked at, so that whole lists of positions are
//! never read. How often they meet, how far apart they may be and which comes first was tried,
//! and makes no difference on the judged queries.

use tantivy::{DocAddress, DocId};

use super::LexicalQuery;
use super::scored_field::{FoundTerm, Positions, ScoredField};

/// The pairs of a query, to be looked for in one field.
pub(super) struct Nearness<'a> {
    field: &'a ScoredField,
    /// The terms of the pairs, with where their postings are.
    terms: Vec<(usize, FoundTerm)>,
    pairs: Vec<Pair>,
}

/// Two of the terms, and what it counts that they stand side by side.
struct Pair {
    left: usize,
    right: usize,
    weight: f32,
}

impl<'a> Nearness<'a> {
    /// Reads the pairs off a query. `telling` gives what a term counts and where its postings
    /// are, unless it is not searched for; a pair counts `weight` as much as the commoner of
    /// its words.
    pub(super) fn new<'t>(
        field: &'a ScoredField,
        query: &LexicalQuery,
        weight: f32,
        telling: impl Fn(usize) -> Option<(f32, &'t FoundTerm)>,
    ) -> Self {
        let mut nearness = Self { field, terms: Vec::new(), pairs: Vec::new() };
        for [left, right] in &query.neighbours {
            let (Some(of_left), Some(of_right)) = (telling(*left), telling(*right)) else { continue };
            let pair = Pair {
                left: nearness.place(*left, of_left.1),
                right: nearness.place(*right, of_right.1),
                weight: weight * of_left.0.min(of_right.0),
            };
            nearness.pairs.push(pair);
        }
        nearness
    }

    fn place(&mut self, term: usize, found: &FoundTerm) -> usize {
        self.terms.iter().position(|(known, _)| *known == term).unwrap_or_else(|| {
            self.terms.push((term, found.clone()));
            self.terms.len() - 1
        })
    }

    /// Adds what the pairs count to the scores of documents, and leaves these in the order of
    /// the index.
    pub(super) fn add_scores(&self, found: &mut [(f32, DocAddress)]) -> tantivy::Result<()> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        found.sort_unstable_by_key(|(_, address)| *address);
        for found in found.chunk_by_mut(|left, right| left.1.segment_ord == right.1.segment_ord) {
            let segment = found[0].1.segment_ord as usize;
            let documents: Vec<DocId> = found.iter().map(|(_, address)| address.doc_id).collect();
            let positions = |(_, term): &(usize, FoundTerm)| self.field.positions(term, segment, &documents);
            let positions = self.terms.iter().map(positions).collect::<tantivy::Result<Vec<Positions>>>()?;
            for Pair { left, right, weight } in &self.pairs {
                for (place, (score, _)) in found.iter_mut().enumerate() {
                    if meet(positions[*left].of(place), positions[*right].of(place)) {
                        *score += weight;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Tells whether a place of one list is beside a place of the other. Both are in order, and no
/// place is in both: a word stands there alone.
fn meet(mut left: &[u32], mut right: &[u32]) -> bool {
    while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
        if first.abs_diff(*second) == 1 {
            return true;
        }
        if first < second {
            left = left_rest;
        } else {
            right = right_rest;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_meet_where_two_of_their_places_are_side_by_side(
            left in proptest::collection::btree_set(0_u32..60, 0..12),
            right in proptest::collection::btree_set(0_u32..60, 0..12),
        ) {
            let right: Vec<u32> = right.difference(&left).copied().collect();
            let left: Vec<u32> = left.into_iter().collect();
            let expected = left.iter().any(|left| right.iter().any(|right| left.abs_diff(*right) == 1));
            prop_assert_eq!(meet(&left, &right), expected);
        }
    }
}
