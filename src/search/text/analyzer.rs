//! Folding, splitting and stemming, in that order.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::segment::{Segment, parts, segments};
use super::stem::Stems;

/// Longer words are digests, encoded data or paths: nobody types them.
const WORD_BYTES: usize = 48;
/// A compound of more parts is a path or a host; its parts are enough.
const COMPOUND_PARTS: usize = 5;

/// One term of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct Term<'a> {
    /// The word as it was written, folded.
    pub(in crate::search) word: &'a str,
    /// What is indexed.
    pub(in crate::search) stem: &'a str,
    /// How it stands to the word that was written.
    pub(in crate::search) role: TermRole,
}

/// How a term stands to the word that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum TermRole {
    /// It is the word.
    Word,
    /// It is a part of a compound, whose whole comes after all its parts.
    Part,
    /// It is the whole of the compound whose parts came before it.
    Whole,
}

/// Turns texts into terms; keeps its buffers and the stems that it has seen.
pub(in crate::search) struct Analyzer {
    stems: Stems,
    word: String,
    whole: String,
}

impl Analyzer {
    pub(in crate::search) fn new() -> Self {
        Self { stems: Stems::new(), word: String::new(), whole: String::new() }
    }

    /// Hands over the terms of `text` in order: words in lower case without accents and
    /// stemmed; the parts of compounds and then the whole without what joins it, so that
    /// `pre-commit`, `preCommit` and `precommit` meet; bigrams of scripts without spaces.
    pub(in crate::search) fn for_each_term(&mut self, text: &str, mut receive: impl FnMut(Term<'_>)) {
        for segment in segments(text) {
            match segment {
                Segment::Compound(compound) => self.compound_terms(compound, &mut receive),
                Segment::Unspaced(run) => unspaced_terms(run, &mut receive),
            }
        }
    }

    fn compound_terms(&mut self, compound: &str, receive: &mut impl FnMut(Term<'_>)) {
        if compound.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            // A number or a version: its parts mean nothing.
            if compound.len() <= WORD_BYTES {
                receive(Term { word: compound, stem: compound, role: TermRole::Word });
            }
            return;
        }
        self.whole.clear();
        let part_count = parts(compound).count();
        let has_whole = (2..=COMPOUND_PARTS).contains(&part_count) && compound.len() <= WORD_BYTES;
        let role = if has_whole { TermRole::Part } else { TermRole::Word };
        for part in parts(compound) {
            self.word.clear();
            fold_into(part, &mut self.word);
            if has_whole {
                self.whole.push_str(&self.word);
            }
            if !self.word.is_empty() && self.word.len() <= WORD_BYTES {
                receive(Term { word: &self.word, stem: self.stems.stem(&self.word), role });
            }
        }
        if has_whole && !self.whole.is_empty() {
            receive(Term { word: &self.whole, stem: self.stems.stem(&self.whole), role: TermRole::Whole });
        }
    }
}

/// Appends a word in lower case, in its compatibility form and without Latin accents.
fn fold_into(word: &str, output: &mut String) {
    if word.is_ascii() {
        output.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        return;
    }
    let lower = ComposingNormalizerBorrowed::new_nfkc().normalize(word).to_lowercase();
    // Accents are marks only in the decomposed form; other scripts spell with theirs.
    let is_latin = lower.chars().all(|character| character < '\u{250}' || matches!(character, '\u{1e00}'..='\u{1eff}'));
    if is_latin {
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&lower);
        output.extend(decomposed.chars().filter(|character| !matches!(character, '\u{300}'..='\u{36f}')));
    } else {
        output.push_str(&lower);
    }
}

/// Bigrams need no dictionary and find most words of Chinese and Japanese; a run of one
/// character is its own term.
fn unspaced_terms(run: &str, receive: &mut impl FnMut(Term<'_>)) {
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(run);
    let ends: Vec<usize> = folded.char_indices().map(|(at, _)| at).chain([folded.len()]).collect();
    if ends.len() == 2 {
        receive(Term { word: &folded, stem: &folded, role: TermRole::Word });
    }
    for window in ends.windows(3) {
        let bigram = &folded[window[0]..window[2]];
        receive(Term { word: bigram, stem: bigram, role: TermRole::Word });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stems(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        Analyzer::new().for_each_term(text, |term| terms.push(term.stem.to_owned()));
        terms
    }

    #[test]
    fn terms_of_texts() {
        let rows: [(&str, &[&str]); 14] = [
            ("Deploying deployments", &["deploy", "deploy"]),
            ("pre-commit", &["pre", "commit", "precommit"]),
            ("preCommit precommit", &["pre", "commit", "precommit", "precommit"]),
            ("web-hooks webhooks", &["web", "hook", "webhook", "webhook"]),
            ("HTTPServer", &["http", "server", "httpserver"]),
            ("C++ and C#", &["c++", "and", "c#"]),
            ("Café ＡＰＩ ﬁle", &["cafe", "api", "file"]),
            ("version 1.2.3", &["version", "1.2.3"]),
            ("node.js", &["node", "js", "nodej"]),
            ("帮我写代码", &["帮我", "我写", "写代", "代码"]),
            ("用 Rust", &["用", "rust"]),
            ("ﾃｽﾄ", &["テス", "スト"]),
            ("데이터 분석", &["데이", "이터", "분석"]),
            ("user's don't", &["user", "don"]),
        ];
        for (text, expected) in rows {
            assert_eq!(stems(text), expected, "{text}");
        }
    }

    #[test]
    fn encoded_data_is_no_word() {
        assert_eq!(stems(&"a".repeat(200)), [""; 0]);
        assert_eq!(stems("org.example.a.b.c.deep.Name").last().map(String::as_str), Some("name"));
    }

    proptest! {
        #[test]
        fn any_text_has_terms_of_bounded_length(text in any::<String>()) {
            Analyzer::new().for_each_term(&text, |term| assert!(!term.stem.is_empty() && term.stem.len() <= 4 * WORD_BYTES));
        }
    }
}
