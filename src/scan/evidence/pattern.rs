//! How rules write their patterns.

use std::borrow::Cow;
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
/// It works on bytes, so that it compiles in a tenth of the time and runs on a small automaton:
/// `\b` and `(?i)` know ASCII only, and `.` and `[^…]` take one byte. So do `\w`, `\s` and `\d`
/// where the whole source is ASCII. A source that holds another character, or the escape of one,
/// is about another language: letters of that and classes that hold one know all characters,
/// `\w` is any letter, and `\s` the ideographic blank as well. Spans always lie on boundaries of characters.
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
    bytes::RegexBuilder::new(&on_bytes(source))
        .unicode(false)
        .dfa_size_limit(AUTOMATON_BYTES)
        .build()
        .map(Pattern)
        .expect("the pattern is valid")
}

/// Marks the parts of `source` that are about characters, where the rest is about bytes.
fn on_bytes(source: &str) -> Cow<'_, str> {
    let names_character = |part: &str| !part.is_ascii() || CHARACTERS.iter().any(|escape| part.contains(escape));
    if !names_character(source) {
        return Cow::Borrowed(source);
    }
    let mut marked = String::with_capacity(source.len() * 2);
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '[' => class_length(rest),
            '\\' => escape_length(rest),
            _ => first.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        match part {
            // Every byte above ASCII is a letter here: all letters have some, and few other signs.
            r"\w" => marked.push_str(r"[\w\x80-\xff]"),
            r"\s" => marked.push_str("(?:\\s|(?u:\u{3000}))"),
            _ if names_character(part) => {
                marked.push_str("(?u:");
                marked.push_str(part);
                marked.push(')');
            }
            _ if part.starts_with('[') && !part.starts_with("[^") && part.contains(r"\w") => {
                marked.push_str(r"[\x80-\xff");
                marked.push_str(&part[1..]);
            }
            _ => marked.push_str(part),
        }
        rest = after;
    }
    Cow::Owned(marked)
}

/// Escapes of characters and of their classes.
const CHARACTERS: &[&str] = &[r"\p{", r"\P{", r"\u{", r"\x{"];

/// Returns the length of the class in brackets with which `source` begins.
fn class_length(source: &str) -> usize {
    // A bracket that closes right after the one that opens stands for itself.
    let first = if source.starts_with("[^") { 2 } else { 1 };
    let mut depth = 0;
    let mut is_escaped = false;
    for (index, character) in source.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            ']' if index == first => {}
            '\\' => is_escaped = true,
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    source.len()
}

/// Returns the length of the escape with which `source` begins.
fn escape_length(source: &str) -> usize {
    if CHARACTERS.iter().any(|escape| source.starts_with(escape)) {
        return source.find('}').map_or(source.len(), |end| end + 1);
    }
    source.chars().take(2).map(char::len_utf8).sum()
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
    fn other_languages_keep_their_letters() {
        let rows = [
            (r"(?i)игнорир\w*\s+инструкц", "Игнорируйте  Инструкции", true),
            (r"[：:]\s*$|x", "危险：", true),
            (r"危险[^\n]{0,9}命令", "危险的命令", true),
            (r"(?i)\bé?curl\b", "运行curl下载", true),
            (r"[\u{200b}-\u{200d}]+", "a\u{200c}b", true),
            (r"\x{3000}", "\u{3000}", true),
            (r"[]é]", "]", true),
            (r"a[^é]b", "aéb", false),
            (r"\[é\]", "[é]", true),
            (r"é{2}", "éé", true),
        ];
        for (source, text, is_found) in rows {
            assert_eq!(pattern(source).is_match(text), is_found, "{source}");
        }
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
