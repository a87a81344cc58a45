//! How rules write their patterns.

use std::cell::Cell;
use std::ops::Range;

use regex::bytes;

/// Bytes of the lazily built automaton of one pattern. Bounded repetitions of alternatives
/// have many states; with less room the engine throws them away again and again, and falls
/// back to one that is ten times slower. The room is only taken where it is needed.
const AUTOMATON_BYTES: usize = 32 * 1024 * 1024;

/// Matches of one pattern in one text that are looked at. A text with more was made to keep
/// a scanner busy; what was passed over is said in the report, and is never `safe`.
const MATCHES: usize = 10_000;

thread_local! {
    /// Whether matches were passed over since it was last asked.
    static PASSED_OVER: Cell<bool> = const { Cell::new(false) };
}

/// Tells whether any pattern passed over matches on this thread since the last call.
pub(in crate::scan) fn take_passed_over() -> bool {
    PASSED_OVER.replace(false)
}

/// A compiled pattern of a rule.
///
/// It works on bytes where its source is ASCII: `\w`, `\s`, `\d`, `\b` and `(?i)` then know
/// ASCII only, and `.` and `[^…]` take one byte, so that a pattern compiles in a tenth of the
/// time and runs on a small automaton. A source that holds another character, or the escape of one, is
/// compiled for characters, with `\b` still of ASCII words. Spans always lie on boundaries of
/// characters.
#[derive(Debug)]
pub(in crate::scan) struct Pattern(bytes::Regex);

/// A place where a pattern matches.
#[derive(Debug, Clone, Copy)]
pub(in crate::scan) struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

/// The groups of one match.
#[derive(Debug)]
pub(in crate::scan) struct Captures<'t> {
    text: &'t str,
    groups: bytes::Captures<'t>,
}

/// Compiles a pattern of a rule.
pub(in crate::scan) fn pattern(source: &str) -> Pattern {
    let needs_characters = !source.is_ascii() || [r"\p{", r"\u{", r"\x{"].iter().any(|escape| source.contains(escape));
    let source = if needs_characters { source.replace(r"\b", r"(?-u:\b)") } else { source.to_owned() };
    bytes::RegexBuilder::new(&source)
        .unicode(needs_characters)
        .dfa_size_limit(AUTOMATON_BYTES)
        .build()
        .map(Pattern)
        .expect("the pattern is valid")
}

impl Pattern {
    /// Tells whether the pattern matches anywhere.
    pub(in crate::scan) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// Returns the first match.
    pub(in crate::scan) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.0.find(text.as_bytes()).map(|found| Match::new(text, found))
    }

    /// Iterates over the matches, which do not overlap, up to [`MATCHES`].
    pub(in crate::scan) fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        bounded(self.0.find_iter(text.as_bytes())).map(|found| Match::new(text, found))
    }

    /// Returns the groups of the first match.
    pub(in crate::scan) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.0.captures(text.as_bytes()).map(|groups| Captures { text, groups })
    }

    /// Iterates over the groups of the matches, up to [`MATCHES`].
    pub(in crate::scan) fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        bounded(self.0.captures_iter(text.as_bytes())).map(|groups| Captures { text, groups })
    }
}

/// Iterates over the matches of a pattern that are at most `limit` bytes long.
///
/// A pattern that says `[^\n]*?` rather than `[^\n]{0,400}?` stays small, and a small one is
/// fast on a text that is made to be slow. Of a match that is too long, the end is looked at
/// again: a short one may stand there.
pub(in crate::scan) fn find_bounded<'t>(
    found: &'t Pattern,
    text: &'t str,
    limit: usize,
) -> impl Iterator<Item = Match<'t>> {
    let mut from = 0;
    let matches = std::iter::from_fn(move || {
        loop {
            let next = found.0.find_at(text.as_bytes(), from)?;
            if next.len() <= limit {
                // A match may be empty.
                from = next.end().max(next.start() + 1).min(text.len());
                return Some(next);
            }
            from = (next.end() - limit).max(next.start() + 1);
        }
    });
    bounded(matches).map(|found| Match::new(text, found))
}

/// Ends after [`MATCHES`], and remembers that there was more.
fn bounded<T>(matches: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    matches.enumerate().map_while(|(count, found)| {
        if count == MATCHES {
            PASSED_OVER.set(true);
        }
        (count < MATCHES).then_some(found)
    })
}

impl<'t> Match<'t> {
    fn new(text: &'t str, found: bytes::Match<'t>) -> Self {
        Self { text, start: text.floor_char_boundary(found.start()), end: text.ceil_char_boundary(found.end()) }
    }

    /// Returns the first byte.
    pub(in crate::scan) fn start(&self) -> usize {
        self.start
    }

    /// Returns the byte after the last.
    pub(in crate::scan) fn end(&self) -> usize {
        self.end
    }

    /// Returns the bytes as a range.
    pub(in crate::scan) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns what matched.
    pub(in crate::scan) fn as_str(&self) -> &'t str {
        &self.text[self.range()]
    }
}

impl<'t> Captures<'t> {
    /// Returns the group of a number; the whole match is group zero.
    pub(in crate::scan) fn get(&self, group: usize) -> Option<Match<'t>> {
        self.groups.get(group).map(|found| Match::new(self.text, found))
    }

    /// Returns the number of groups, the whole match included.
    pub(in crate::scan) fn len(&self) -> usize {
        self.groups.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_where_another_script_begins() {
        for source in [r"(?i)\bcurl\b", r"(?i)\bcurl\b|é"] {
            let found = pattern(source);
            assert!(found.is_match("运行curl下载"), "{source}");
            assert!(!found.is_match("curls"), "{source}");
        }
    }

    #[test]
    fn a_short_match_is_found_at_the_end_of_a_long_one() {
        let found = pattern(r"curl[^\n]*?\| sh");
        let text = format!("curl {} curl a | sh, curl b | sh", "x".repeat(100));
        let matches: Vec<_> = find_bounded(&found, &text, 20).map(|found| found.as_str()).collect();
        assert_eq!(matches, ["curl a | sh", "curl b | sh"]);
    }

    #[test]
    fn matches_beyond_the_bound_are_passed_over_and_said_so() {
        let found = pattern("a");
        assert_eq!(found.find_iter(&"a".repeat(MATCHES)).count(), MATCHES);
        assert!(!take_passed_over());
        assert_eq!(found.find_iter(&"a".repeat(MATCHES + 1)).count(), MATCHES);
        assert!(take_passed_over() && !take_passed_over());
    }

    #[test]
    fn spans_lie_on_boundaries_of_characters() {
        let rows = [("a.{1}", "aé", "aé"), (".b", "éb", "éb"), ("[^x]{2}", "日x", "日")];
        for (source, text, expected) in rows {
            let found = pattern(source).find(text).map(|found| found.as_str());
            assert_eq!(found, Some(expected), "{source}");
        }
    }
}
