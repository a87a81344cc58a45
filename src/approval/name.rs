//! Names that an approval can hold, and when two of them are too alike.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::limits;
use crate::skill::fold_case;

/// The names that are left out at any depth, whether files or folders. The list is closed.
const LEFT_OUT: [&str; 2] = [".git", RECORDS];
/// The one of them that belongs to no other tool, so that only this digest leaves it out.
pub(super) const RECORDS: &str = ".sigildex";

/// A character that Unicode 15.1 does not know. Names are compared by case, which is the same
/// in every later version only for characters that were assigned.
static UNASSIGNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[^\p{Age:15.1}]|\p{Cn}").expect("the pattern is valid"));

/// Why an entry of a folder has a name that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The bytes are no UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A byte 00 to 1F, or 7F.
    #[error("holds a control character")]
    Control,
    /// More bytes than a name may have.
    #[error("is longer than {} bytes", limits::NAME_BYTES)]
    TooLong,
    /// A character without a meaning in Unicode 15.1.
    #[error("holds a character that Unicode 15.1 does not know")]
    Unassigned,
}

/// Reads a name as the system returned it.
pub(super) fn check_name(bytes: &[u8]) -> Result<&str, NameError> {
    if bytes.len() > limits::NAME_BYTES {
        return Err(NameError::TooLong);
    }
    let name = std::str::from_utf8(bytes).map_err(|_| NameError::NotUtf8)?;
    if name.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(NameError::Control);
    }
    if !name.is_ascii() && UNASSIGNED.is_match(name) {
        return Err(NameError::Unassigned);
    }
    Ok(name)
}

/// Tells whether entries of this name are not measured.
pub(super) fn is_left_out(name: &str) -> bool {
    LEFT_OUT.contains(&name)
}

/// Finds two names of one folder that are one where case or composition is ignored.
pub(super) fn find_collision<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for name in names {
        if let Some(other) = seen.insert(fold_case(name), name) {
            return Some((other, name));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_that_could_deceive_or_change_their_meaning() {
        let long = "n".repeat(256);
        let rows: [(&[u8], Result<(), NameError>); 12] = [
            (b"SKILL.md", Ok(())),
            ("re\u{301}fs.md".as_bytes(), Ok(())),
            ("a\u{e000}.md".as_bytes(), Ok(())),
            ("\u{1fae8}".as_bytes(), Ok(())),
            (b"a\\b", Ok(())),
            ("\u{1fae9}".as_bytes(), Err(NameError::Unassigned)),
            ("\u{378}".as_bytes(), Err(NameError::Unassigned)),
            ("\u{fffe}".as_bytes(), Err(NameError::Unassigned)),
            (b"a\nb", Err(NameError::Control)),
            (b"a\x7fb", Err(NameError::Control)),
            (b"a\xffb", Err(NameError::NotUtf8)),
            (long.as_bytes(), Err(NameError::TooLong)),
        ];
        for (bytes, expected) in rows {
            assert_eq!(check_name(bytes).map(|_| ()), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_came_with_unicode_15_1_is_known_and_what_came_later_is_not() {
        // The ideographic description characters came with 15.1, Garay with 16.0.
        for (character, is_known) in
            [('\u{2ffc}', true), ('\u{2ebf0}', true), ('\u{10d40}', false), ('\u{a7cb}', false)]
        {
            assert_eq!(check_name(character.to_string().as_bytes()).is_ok(), is_known, "{character:?}");
        }
    }
}
