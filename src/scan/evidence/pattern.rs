//! How rules write their patterns.

use regex::{Match, Regex};

/// Compiles a pattern of a rule.
///
/// `\b` is a boundary of ASCII words: the Unicode one makes the engine fall back to its slow
/// path at the first letter that is not ASCII.
pub(in crate::scan) fn pattern(source: &str) -> Regex {
    Regex::new(&source.replace(r"\b", r"(?-u:\b)")).expect("the pattern is valid")
}

/// Compiles a pattern of commands, paths or addresses, in which a letter is an ASCII letter:
/// Unicode classes make long patterns large and slow.
pub(in crate::scan) fn ascii_pattern(source: &str) -> Regex {
    pattern(&source.replace(r"\w", "[0-9A-Za-z_]").replace(r"\d", "[0-9]").replace(r"\s", r"[\t\n\v\f\r ]"))
}

/// Iterates over the matches of a pattern that are at most `limit` bytes long.
///
/// A pattern that says `[^\n]*?` rather than `[^\n]{0,400}?` stays small, and a small one is
/// fast on a text that is made to be slow. Of a match that is too long, the end is looked at
/// again: a short one may stand there.
pub(in crate::scan) fn find_bounded<'t>(
    found: &'t Regex,
    text: &'t str,
    limit: usize,
) -> impl Iterator<Item = Match<'t>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let next = found.find_at(text, from)?;
            if next.len() <= limit {
                from = next.end().max(next.start() + 1);
                // A match may be empty; the next one begins at a character.
                from = text.ceil_char_boundary(from);
                return Some(next);
            }
            from = text.ceil_char_boundary((next.end() - limit).max(next.start() + 1));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_where_another_script_begins() {
        let found = pattern(r"(?i)\bcurl\b");
        assert!(found.is_match("运行curl下载"));
        assert!(!found.is_match("curls"));
    }

    #[test]
    fn a_short_match_is_found_at_the_end_of_a_long_one() {
        let found = pattern(r"curl[^\n]*?\| sh");
        let text = format!("curl {} curl a | sh, curl b | sh", "x".repeat(100));
        let matches: Vec<_> = find_bounded(&found, &text, 20).map(|found| found.as_str()).collect();
        assert_eq!(matches, ["curl a | sh", "curl b | sh"]);
    }

    #[test]
    fn classes_of_a_command_are_ascii() {
        let found = ascii_pattern(r"^[\w.-]+\s\d$");
        assert!(found.is_match("a-b.c 7"));
        assert!(!found.is_match("é 7"));
    }
}
