//! How rules write their patterns.

use regex::Regex;

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
    fn classes_of_a_command_are_ascii() {
        let found = ascii_pattern(r"^[\w.-]+\s\d$");
        assert!(found.is_match("a-b.c 7"));
        assert!(!found.is_match("é 7"));
    }
}
