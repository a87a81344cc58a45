//! Patterns that are texts, all of them in one automaton.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::{Signature, SignatureKind};

/// Bytes of a pattern that the automaton knows; the rest is compared. It bounds the memory that
/// 10,000 long patterns would take.
const PREFIX_BYTES: usize = 32;

/// All texts to look for.
#[derive(Debug)]
pub(super) struct Literals {
    automaton: AhoCorasick,
    /// Index of the signature of each pattern, and the whole pattern.
    patterns: Vec<(usize, SignatureKind, String)>,
}

impl Literals {
    /// Collects the signatures that are texts; absent where there are none.
    pub(super) fn of<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<Self> {
        let patterns: Vec<_> = signatures
            .enumerate()
            .filter(|(_, signature)| !matches!(signature.kind, SignatureKind::Regex | SignatureKind::Sha256))
            .map(|(index, signature)| (index, signature.kind, signature.pattern.clone()))
            .collect();
        if patterns.is_empty() {
            return None;
        }
        let prefixes = patterns.iter().map(|(_, _, pattern)| &pattern.as_bytes()[..pattern.len().min(PREFIX_BYTES)]);
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(prefixes)
            .expect("a pack is small enough for an automaton");
        Some(Self { automaton, patterns })
    }

    /// Hands over every place of every pattern, with the index of its signature.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(usize, Range<usize>)) {
        for found in self.automaton.find_overlapping_iter(text) {
            let (index, kind, pattern) = &self.patterns[found.pattern().as_usize()];
            let span = found.start()..found.start() + pattern.len();
            let Some(seen) = text.as_bytes().get(span.clone()) else { continue };
            let is_same = match kind {
                SignatureKind::String => seen == pattern.as_bytes(),
                _ => seen.eq_ignore_ascii_case(pattern.as_bytes()),
            };
            if is_same && is_whole(*kind, pattern, &text.as_bytes()[..span.start], &text.as_bytes()[span.end..]) {
                each(*index, span);
            }
        }
    }
}

/// Tells whether what stands around a pattern leaves it what it is.
fn is_whole(kind: SignatureKind, pattern: &str, before: &[u8], after: &[u8]) -> bool {
    let (last, next) = (before.last().copied(), after.first().copied());
    let is_word =
        |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    // `drop.example` does not stand in `drop.example.org`, but at the end of a sentence.
    let goes_on = is_word(next) || (next == Some(b'.') && is_word(after.get(1).copied()));
    match kind {
        SignatureKind::Host => !is_word(last) && !goes_on,
        SignatureKind::Ip => {
            let is_part = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
            !is_part(last) && last != Some(b'.') && !is_part(next) && !goes_on
        }
        SignatureKind::Account => !is_word(last) && !is_word(next),
        // A URL without a path is a host.
        SignatureKind::Url => pattern.matches('/').count() > 2 || !goes_on,
        SignatureKind::String | SignatureKind::Regex | SignatureKind::Sha256 => true,
    }
}
