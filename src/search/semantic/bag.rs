//! Texts as bags of weighted terms.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::DocumentText;
use crate::search::text::{Analyzer, is_function_word, is_request_word};

/// How much a term counts by where it stands: the name and the description are what an author
/// wrote to be found by.
const NAME_WEIGHT: f32 = 3.0;
const DESCRIPTION_WEIGHT: f32 = 2.0;
const HEADING_WEIGHT: f32 = 1.0;
const BODY_WEIGHT: f32 = 1.0;

/// Distinct terms of a text with their weighted counts, in the order of their hashes.
pub(super) type Bag = Vec<(u64, f32)>;

/// Makes bags; keeps analyzers, whose memory of stems is worth keeping, for reuse by any thread.
#[derive(Default)]
pub(super) struct BagMaker {
    analyzers: Mutex<Vec<Analyzer>>,
}

impl BagMaker {
    pub(super) fn of_document(&self, document: &DocumentText) -> Bag {
        let parts = [
            (&*document.name, NAME_WEIGHT),
            (&document.description, DESCRIPTION_WEIGHT),
            (&document.headings, HEADING_WEIGHT),
            (&document.body_start, BODY_WEIGHT),
        ];
        self.bag(&parts, is_function_word)
    }

    pub(super) fn of_query(&self, query: &str) -> Bag {
        // A request of nothing but such words may still mean something by them.
        let said = self.bag(&[(query, 1.0)], is_request_word);
        if said.is_empty() { self.bag(&[(query, 1.0)], is_function_word) } else { said }
    }

    fn bag(&self, parts: &[(&str, f32)], is_left_out: impl Fn(&str) -> bool) -> Bag {
        let spare = self.analyzers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut analyzer = spare.unwrap_or_else(Analyzer::new);
        let mut counts: HashMap<u64, f32> = HashMap::new();
        for (text, weight) in parts {
            analyzer.for_each_term(text, |term| {
                if !is_left_out(term.word) {
                    *counts.entry(term_hash(term.stem)).or_default() += weight;
                }
            });
        }
        self.analyzers.lock().unwrap_or_else(PoisonError::into_inner).push(analyzer);
        let mut bag: Bag = counts.into_iter().collect();
        bag.sort_unstable_by_key(|(hash, _)| *hash);
        bag
    }
}

/// FNV-1a with 64 bits: stable across machines and versions, since models are kept in files.
/// Among half a million terms a collision is a matter of one in a hundred million.
fn term_hash(term: &str) -> u64 {
    term.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
