//! Cursors: where a list goes on. Clients pass them back unread, and may send anything instead.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rmcp::ErrorData;

/// The longest cursor that is read.
const CURSOR_BYTES: usize = 100;

/// A list that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Skills, before a change.
    Skills,
    /// Resources, before a change.
    Resources,
    /// The children of a directory, after so many.
    Directory,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            Self::Skills => "skills",
            Self::Resources => "resources",
            Self::Directory => "directory",
        }
    }

    /// Writes where the list goes on.
    pub(super) fn cursor(self, position: u64) -> String {
        URL_SAFE_NO_PAD.encode(format!("v1 {} {position}", self.word()))
    }

    /// Reads where the list goes on; nothing where it begins.
    ///
    /// # Errors
    /// Says that the cursor is not one of this list.
    pub(super) fn position(self, cursor: Option<&str>) -> Result<Option<u64>, ErrorData> {
        let Some(cursor) = cursor else { return Ok(None) };
        self.read(cursor).map(Some).ok_or_else(|| {
            let message = format!("the cursor is not one of this list of {}; begin without a cursor", self.word());
            ErrorData::invalid_params(message, None)
        })
    }

    fn read(self, cursor: &str) -> Option<u64> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor.get(..CURSOR_BYTES.min(cursor.len()))?).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let digits = text.strip_prefix("v1 ")?.strip_prefix(self.word())?.strip_prefix(' ')?;
        let position: u64 = digits.parse().ok()?;
        // One way to write a position: what is read is what was given out.
        (self.cursor(position) == cursor).then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_by_its_own_list() {
        for list in [List::Skills, List::Resources, List::Directory] {
            for position in [0, 1, 50, u64::MAX] {
                assert_eq!(list.position(Some(&list.cursor(position))).expect("a cursor"), Some(position));
            }
            assert_eq!(list.position(None).expect("the beginning"), None);
        }
        assert!(List::Skills.position(Some(&List::Resources.cursor(5))).is_err());
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let long = "A".repeat(100_000);
        let rows = [
            "",
            "5",
            "null",
            "\u{0}",
            "é",
            long.as_str(),
            &encode("v1 skills"),
            &encode("v1 skills -1"),
            &encode("v1 skills +1"),
            &encode("v1 skills 01"),
            &encode("v1 skills 1 "),
            &encode("v1 skills 18446744073709551616"),
            &encode("v2 skills 1"),
            &encode("v1 skills 1; DROP TABLE skills"),
            &format!("{}=", encode("v1 skills 1")),
        ];
        for cursor in rows {
            assert!(List::Skills.position(Some(cursor)).is_err(), "{cursor:.60}");
        }
    }
}
