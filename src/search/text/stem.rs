//! English stems, remembered.

use std::collections::HashMap;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer, TokenStream};

/// Words that are remembered; a corpus has a few hundred thousand, most of them once.
const REMEMBERED_WORDS: usize = 50_000;

/// The Snowball stemmer for English with a memory: stemming a word costs ten times a look-up.
pub(super) struct Stems {
    stemmer: TextAnalyzer,
    known: HashMap<Box<str>, Box<str>>,
}

impl Stems {
    pub(super) fn new() -> Self {
        let stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build();
        Self { stemmer, known: HashMap::new() }
    }

    /// Returns the stem of a word in lower case; words with anything but ASCII letters are
    /// names or another language and stay as they are.
    pub(super) fn stem<'a>(&'a mut self, word: &'a str) -> &'a str {
        if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return word;
        }
        if !self.known.contains_key(word) {
            if self.known.len() >= REMEMBERED_WORDS {
                self.known.clear();
            }
            let mut stream = self.stemmer.token_stream(word);
            let stem = if stream.advance() { stream.token().text.as_str() } else { word };
            self.known.insert(word.into(), stem.into());
        }
        self.known.get(word).map_or(word, |stem| stem)
    }
}
