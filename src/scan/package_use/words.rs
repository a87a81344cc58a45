//! The words of a command line, as far as they are those of one command.

use std::ops::Range;

/// Words of one command.
const WORDS: usize = 200;
/// Bytes of one command.
const BYTES: usize = 8 * 1024;

/// A word without its quotation marks, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Range<usize>,
}

/// Splits `text` from `start` on into the words of the command: to the end of its line, which a
/// backslash carries on, or to a sign that ends it.
pub(super) fn words(text: &str, start: usize) -> Vec<Word> {
    let end = text.floor_char_boundary(start + BYTES);
    let mut words = Vec::new();
    let mut characters = text[start..end].char_indices().map(|(at, sign)| (start + at, sign)).peekable();
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    while let Some((at, sign)) = characters.next() {
        if words.len() == WORDS {
            break;
        }
        let next = characters.peek().map(|(_, next)| *next);
        match (quote, sign) {
            (Some(open), sign) if sign == open => quote = None,
            (Some(_), '\n') => break,
            (None, '\\') if matches!(next, Some('\n' | '\r')) => {
                words.extend(word.take());
                while characters.next_if(|(_, sign)| matches!(sign, '\r' | '\n')).is_some() {}
            }
            // Within a word it ends the text in quotation marks in which the command stands.
            (None, '"' | '\'') => match &word {
                Some(word) if !word.text.ends_with('=') => break,
                _ => {
                    word.get_or_insert_with(|| Word { text: String::new(), place: at..at });
                    quote = Some(sign);
                }
            },
            (None, ' ' | '\t') => words.extend(word.take()),
            (None, '\n' | '\r' | ';' | '|' | '&' | '`' | ')' | '(') => break,
            (None, '#') if word.is_none() => break,
            // A redirection, with the number of what it redirects.
            (None, '<' | '>') if word.as_ref().is_none_or(|word| matches!(word.text.as_str(), "1" | "2")) => {
                word = None;
                break;
            }
            (_, sign) => {
                let word = word.get_or_insert_with(|| Word { text: String::new(), place: at..at });
                word.text.push(sign);
                word.place.end = at + sign.len_utf8();
            }
        }
    }
    words.extend(word);
    words.retain(|word| !word.text.is_empty());
    words
}
