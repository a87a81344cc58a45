//! Quoting for a POSIX shell.

/// Quotes `text` so that a shell reads it as one word, whatever it holds.
pub(super) fn quote(text: &str) -> String {
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b'+' | b'=' | b',')
    };
    if !text.is_empty() && text.bytes().all(is_plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Returns `text` on one line, to stand in a comment.
pub(super) fn comment(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_they_must_be() {
        for (text, quoted) in [
            ("github:org/repo", "github:org/repo"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("-x", "'-x'"),
            ("$(id)", "'$(id)'"),
        ] {
            assert_eq!(quote(text), quoted);
        }
    }
}
