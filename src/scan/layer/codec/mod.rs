//! The ways in which a text can be written so that it does not read as what it is. Each file
//! finds the places of one way, in one pass, and gives back what stands there in plain form.

mod base64_runs;
mod base85;
mod codes;
mod compressed;
mod escapes;
mod hex_runs;
mod invisible;
mod plain_view;
mod tokens;
mod turned;

use std::ops::Range;

use super::budget::TEXT_BYTES;

/// Encoded texts of one host that become layers of their own; more of the same kind are put
/// together, so that a file full of tokens stays cheap.
const SEPARATE_TEXTS: usize = 64;

/// A text that is encoded at a place of another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The encoded text.
    pub(super) span: Range<usize>,
    /// The steps that open it, outermost first.
    pub(super) steps: Vec<String>,
    /// What it says.
    pub(super) text: String,
    /// Whether it is the same text as it is drawn, rather than another one inside of it.
    pub(super) is_view: bool,
}

/// Everything that is encoded in a text.
#[derive(Debug, Default)]
pub(super) struct Finds {
    /// In order of place.
    pub(super) texts: Vec<Found>,
    /// Whether one of them is longer than what is read.
    pub(super) is_cut: bool,
}

impl Finds {
    /// Tells whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && !self.is_cut
    }

    fn push(&mut self, span: Range<usize>, step: &str, text: String) {
        self.push_chain(span, vec![step.to_owned()], text, false);
    }

    fn push_chain(&mut self, span: Range<usize>, steps: Vec<String>, mut text: String, is_view: bool) {
        if text.len() > TEXT_BYTES {
            text.truncate(text.floor_char_boundary(TEXT_BYTES));
            self.is_cut = true;
        }
        self.texts.push(Found { span, steps, text, is_view });
    }

    /// Puts the texts in order, drops those that stand inside of another, and puts together
    /// what is too much to be looked at one by one.
    fn settle(&mut self) {
        self.texts.sort_by_key(|found| (found.is_view, found.span.start, std::cmp::Reverse(found.span.end)));
        let mut settled: Vec<Found> = Vec::new();
        for found in self.texts.drain(..) {
            let is_inside =
                settled.last().is_some_and(|last| last.is_view == found.is_view && found.span.end <= last.span.end);
            if is_inside {
                continue;
            }
            let gathered = (settled.len() >= SEPARATE_TEXTS)
                .then(|| settled.iter_mut().rev().take(8).find(|other| other.steps == found.steps))
                .flatten()
                .filter(|other| other.text.len() + found.text.len() < TEXT_BYTES);
            match gathered {
                Some(other) => {
                    other.text.push_str("\n\n");
                    other.text.push_str(&found.text);
                    other.span.end = found.span.end;
                }
                None => settled.push(found),
            }
        }
        self.texts = settled;
    }
}

/// Finds everything that is encoded in `text`.
pub(super) fn find_all(text: &str) -> Finds {
    let mut finds = Finds::default();
    tokens::find(text, &mut finds);
    escapes::find(text, &mut finds);
    codes::find(text, &mut finds);
    base85::find(text, &mut finds);
    turned::find(text, &mut finds);
    if !text.is_ascii() {
        invisible::find(text, &mut finds);
        plain_view::find(text, &mut finds);
    }
    finds.settle();
    finds
}
