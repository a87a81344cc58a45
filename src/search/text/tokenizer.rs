//! The analyzer as the index knows it.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::analyzer::Analyzer;
use super::stop_words::is_function_word;

/// The tokenizer of names, in which every word counts.
pub(in crate::search) const NAME_TOKENIZER: &str = "skill_name_1";
/// The tokenizer of running text, without function words.
pub(in crate::search) const CONTENT_TOKENIZER: &str = "skill_content_1";

/// Which words a tokenizer leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    All,
    WithoutFunctionWords,
}

/// A tokenizer over [`Analyzer`].
pub(in crate::search) struct SkillTokenizer {
    words: Words,
    analyzer: Analyzer,
    terms: String,
    ends: Vec<usize>,
    token: Token,
}

impl SkillTokenizer {
    pub(in crate::search) fn for_names() -> Self {
        Self::new(Words::All)
    }

    pub(in crate::search) fn for_content() -> Self {
        Self::new(Words::WithoutFunctionWords)
    }

    fn new(words: Words) -> Self {
        Self { words, analyzer: Analyzer::new(), terms: String::new(), ends: Vec::new(), token: Token::default() }
    }
}

impl Clone for SkillTokenizer {
    /// Clones the kind; buffers and stems are each tokenizer's own.
    fn clone(&self) -> Self {
        Self::new(self.words)
    }
}

impl Tokenizer for SkillTokenizer {
    type TokenStream<'a> = SkillTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SkillTokenStream<'a> {
        self.terms.clear();
        self.ends.clear();
        let (terms, ends, words) = (&mut self.terms, &mut self.ends, self.words);
        self.analyzer.for_each_term(text, |term| {
            if words == Words::All || !is_function_word(term.word) {
                terms.push_str(term.stem);
                ends.push(terms.len());
            }
        });
        self.token.reset();
        SkillTokenStream { terms: &self.terms, ends: &self.ends, next: 0, token: &mut self.token }
    }
}

/// The terms of one text. Offsets into the text are not kept: nothing highlights.
pub(in crate::search) struct SkillTokenStream<'a> {
    terms: &'a str,
    ends: &'a [usize],
    next: usize,
    token: &'a mut Token,
}

impl TokenStream for SkillTokenStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(end) = self.ends.get(self.next).copied() else { return false };
        let start = if self.next == 0 { 0 } else { self.ends[self.next - 1] };
        self.token.text.clear();
        self.token.text.push_str(&self.terms[start..end]);
        self.token.position = self.next;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
