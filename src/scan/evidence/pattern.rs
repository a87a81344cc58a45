//! How rules write their patterns.

use regex::Regex;

/// Compiles a pattern of a rule.
///
/// `\b` is a boundary of ASCII words: the Unicode one makes the engine fall back to its slow
/// path at the first letter that is not ASCII.
pub(in crate::scan) fn pattern(source: &str) -> Regex {
    Regex::new(&source.replace(r"\b", r"(?-u:\b)")).expect("the pattern is valid")
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
}
