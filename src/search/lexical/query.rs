//! The words of a query that are searched for.

use std::sync::{Mutex, PoisonError};

use super::synonyms::{Synonym, synonyms};
use crate::search::text::{Analyzer, TermRole, is_function_word, is_request_word};

/// The terms of a query, distinct and in order.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::search) struct LexicalQuery {
    pub(super) terms: Vec<QueryTerm>,
    /// What says the same as some of the terms.
    pub(super) synonyms: Vec<Synonym>,
    /// The places of terms that follow each other, with no word of requests between them.
    pub(super) neighbours: Vec<[usize; 2]>,
}

/// One term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueryTerm {
    pub(super) stem: String,
    /// The whole of the compound of which the term is only a part.
    pub(super) whole: Option<String>,
}

/// A word of a query that holds no sentence together, in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct SaidTerm {
    /// Which of the terms it is; a word of requests is none.
    pub(super) place: Option<usize>,
    pub(super) role: TermRole,
}

/// How little function words say, among what a query is read into.
const FUNCTION_WORD: usize = 2;

impl LexicalQuery {
    /// Reads the terms of a query. Words that say nothing are left out, unless nothing else is
    /// there: then they may at least be a name.
    pub(in crate::search) fn new(query: &str) -> Self {
        static ANALYZERS: Mutex<Vec<Analyzer>> = Mutex::new(Vec::new());
        let spare = ANALYZERS.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut analyzer = spare.unwrap_or_else(Analyzer::new);
        let mut by_weight: [Vec<QueryTerm>; FUNCTION_WORD + 1] = Default::default();
        let mut parts: Vec<(usize, usize)> = Vec::new();
        let mut said: Vec<SaidTerm> = Vec::new();
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
            if weight < FUNCTION_WORD {
                said.push(SaidTerm { place: (weight == 0).then_some(place), role: term.role });
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
        let synonyms = synonyms(&by_weight[0], &said);
        let neighbours = neighbours(&said);
        Self { terms: by_weight.into_iter().find(|terms| !terms.is_empty()).unwrap_or_default(), synonyms, neighbours }
    }
}

/// Pairs up what follows each other. The parts of a compound and its whole do as well, since
/// they stand in a text as they are read here.
fn neighbours(said: &[SaidTerm]) -> Vec<[usize; 2]> {
    let mut pairs: Vec<[usize; 2]> =
        said.windows(2).filter_map(|pair| Some([pair[0].place?, pair[1].place?])).filter(|[a, b]| a != b).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
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
    fn words_that_follow_each_other_are_pairs() {
        let rows: [(&str, &[[usize; 2]]); 6] = [
            ("code review", &[[0, 1]]),
            // A function word is in no text either; a word of requests is.
            ("review of the code", &[[0, 1]]),
            ("review please code", &[]),
            ("code code review code review", &[[0, 1], [1, 0]]),
            ("pre-commit hook", &[[0, 1], [1, 2], [2, 3]]),
            ("please help me", &[]),
        ];
        for (query, expected) in rows {
            assert_eq!(LexicalQuery::new(query).neighbours, expected, "{query}");
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
