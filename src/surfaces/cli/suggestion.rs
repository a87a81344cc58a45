//! A command for a person to type next.

use super::paint::{self, line, paint};

/// Returns the words as a command that a shell reads as exactly these words, painted.
///
/// Some of the words come from skills and servers, and people paste what they are shown.
pub(super) fn suggestion(words: &[&str]) -> String {
    let command = words.iter().map(|word| quote(&line(word, 2_000))).collect::<Vec<_>>().join(" ");
    paint(paint::COMMAND, &command)
}

fn quote(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@+=,%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_word_stays_one_word() {
        for (word, quoted) in [
            ("--url", "--url"),
            ("http://127.0.0.1:7080", "http://127.0.0.1:7080"),
            ("$(touch x)", "'$(touch x)'"),
            ("a'; b", "'a'\\''; b'"),
            ("", "''"),
            ("~/x", "'~/x'"),
        ] {
            assert_eq!(quote(word), quoted);
        }
        assert!(!suggestion(&["a\nb\u{1b}"]).contains('\n'));
    }
}
