//! What says the same as some words of a query.

use super::query::{QueryTerm, SaidTerm};
use crate::search::text::{Abbreviations, TermRole};

/// Terms of a query that can be said otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Synonym {
    /// The places of these terms among those of the query, which are no other synonym's.
    pub(super) asked: Vec<usize>,
    /// The other ways to say it.
    pub(super) forms: Vec<Form>,
}

/// Another way to say something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// The stems, which stand for it only together.
    pub(super) stems: &'static [String],
    /// How often it is what is meant, as a share.
    pub(super) share: f32,
}

/// Finds abbreviations among the terms of a query, and long forms whose words follow each other;
/// longer ones first, and nothing for what is said both ways already.
pub(super) fn synonyms(terms: &[QueryTerm], said: &[SaidTerm]) -> Vec<Synonym> {
    let mut synonyms: Vec<Synonym> = Vec::new();
    for at in 0..said.len() {
        let mut found: Option<Synonym> = None;
        for (asked, form) in forms_from(terms, &said[at..]) {
            let is_taken = asked.iter().any(|place| synonyms.iter().any(|synonym| synonym.asked.contains(place)));
            let is_said = form.stems.iter().all(|stem| terms.iter().any(|term| term.stem == *stem));
            if is_taken || is_said {
                continue;
            }
            match &mut found {
                Some(synonym) if synonym.asked == asked => synonym.forms.push(form),
                Some(synonym) if synonym.asked.len() >= asked.len() => {}
                _ => found = Some(Synonym { asked, forms: vec![form] }),
            }
        }
        synonyms.extend(found);
    }
    synonyms
}

/// Lists what the first of some terms, and those that follow it, can be said by.
fn forms_from<'a>(terms: &'a [QueryTerm], said: &'a [SaidTerm]) -> impl Iterator<Item = (Vec<usize>, Form)> + use<'a> {
    let first = said.first().and_then(|said| Some((said.place?, said.role)));
    first.into_iter().flat_map(move |(place, role)| {
        let pairs = Abbreviations::builtin().starting_with(&terms[place].stem);
        pairs.filter_map(move |pair| {
            let (asked, stems) = if pair.short[0] == terms[place].stem {
                (follow(terms, said, role, &pair.short)?, pair.long.as_slice())
            } else {
                (follow(terms, said, role, &pair.long)?, pair.short.as_slice())
            };
            Some((asked, Form { stems, share: pair.share }))
        })
    })
}

/// Returns the places of some stems where the query says them one after the other. A part of a
/// compound is no word by itself: the `js` of `node.js` is not JavaScript.
fn follow(terms: &[QueryTerm], said: &[SaidTerm], role: TermRole, stems: &[String]) -> Option<Vec<usize>> {
    let is_single = stems.len() == 1;
    if (is_single && role == TermRole::Part) || (!is_single && role == TermRole::Whole) {
        return None;
    }
    let mut words = said.iter().filter(|said| is_single || said.role != TermRole::Whole);
    let mut places = Vec::with_capacity(stems.len());
    for stem in stems {
        let place = words.next()?.place.filter(|place| terms[*place].stem == *stem)?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Some(places)
}
