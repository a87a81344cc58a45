//! Values that are known without running anything.

use std::sync::Arc;

/// Stands in a text for a part that is not known.
pub(in crate::scan) const HOLE: char = '\u{fffc}';

/// Bytes of a text that are kept; a longer one is not known.
const TEXT_BYTES: usize = 64 * 1024;
/// Elements of a list that are kept.
const ELEMENTS: usize = 4096;
/// Values that one expression may have, from which on the rest is left out.
const ALTERNATIVES: usize = 6;

/// A value that is known.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::scan) enum Constant {
    /// Text, or bytes as the characters of the same number where they are no UTF-8.
    Text(Arc<str>),
    /// A whole number.
    Number(i64),
    /// A list, a tuple or a set.
    List(Vec<Constant>),
}

impl Constant {
    /// Makes a text, unless it is too long.
    pub(in crate::scan) fn text(text: impl AsRef<str>) -> Option<Self> {
        (text.as_ref().len() <= TEXT_BYTES).then(|| Self::Text(text.as_ref().into()))
    }

    /// Makes a text of bytes.
    pub(in crate::scan) fn bytes(bytes: &[u8]) -> Option<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::text(text),
            Err(_) => Self::text(bytes.iter().map(|byte| char::from(*byte)).collect::<String>()),
        }
    }

    /// Makes a list, unless it is too long.
    pub(in crate::scan) fn list(elements: Vec<Self>) -> Option<Self> {
        (elements.len() <= ELEMENTS).then_some(Self::List(elements))
    }

    /// Returns the text.
    pub(in crate::scan) fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as it reads inside of a text.
    pub(in crate::scan) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Number(number) => number.to_string(),
            Self::List(elements) => elements.iter().map(Self::shown).collect::<Vec<_>>().join(" "),
        }
    }

    /// Returns the bytes of a text, of which characters below 256 that were bytes are one.
    pub(in crate::scan) fn to_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) if text.chars().all(|character| (character as u32) < 256) && !text.is_ascii() => {
                Some(text.chars().map(|character| character as u32 as u8).collect())
            }
            Self::Text(text) => Some(text.as_bytes().to_vec()),
            Self::List(elements) => elements
                .iter()
                .map(|element| match element {
                    Self::Number(number) => u8::try_from(*number).ok(),
                    _ => None,
                })
                .collect(),
            Self::Number(_) => None,
        }
    }
}

/// Adds `more` to the values of an expression, which stay few and different.
pub(in crate::scan) fn add_alternatives(values: &mut Vec<Constant>, more: &[Constant]) -> bool {
    let before = values.len();
    for value in more {
        if values.len() < ALTERNATIVES && !values.contains(value) {
            values.push(value.clone());
        }
    }
    values.len() != before
}

/// Joins parts, each with its possible values, with `separator` between them; a part that is
/// not known is a hole. Returns nothing where no part is known.
pub(in crate::scan) fn join(parts: &[&[Constant]], separator: &str) -> Vec<Constant> {
    if parts.iter().all(|part| part.is_empty()) {
        return Vec::new();
    }
    let hole = [Constant::Text(HOLE.to_string().into())];
    let mut texts = vec![String::new()];
    for (index, part) in parts.iter().enumerate() {
        let part: &[Constant] = if part.is_empty() { &hole } else { part };
        let mut joined = Vec::new();
        for text in &texts {
            for value in part {
                if joined.len() < ALTERNATIVES && text.len() < TEXT_BYTES {
                    let lead = if index == 0 { "" } else { separator };
                    joined.push(format!("{text}{lead}{}", value.shown()));
                }
            }
        }
        texts = joined;
    }
    let mut values = Vec::new();
    for text in texts {
        add_alternatives(&mut values, Constant::text(text).as_slice());
    }
    values
}

/// Joins the parts of a path: what follows an absolute part replaces it.
pub(in crate::scan) fn join_path(parts: &[&[Constant]]) -> Vec<Constant> {
    let mut values = join(parts, "/");
    for value in &mut values {
        if let Constant::Text(text) = value {
            *text = tidy_path(text).into();
        }
    }
    values
}

/// Drops what a path does not need: `./`, doubled slashes.
pub(in crate::scan) fn tidy_path(path: &str) -> String {
    let mut tidy = path.replace('\\', "/");
    while tidy.contains("//") && !tidy.contains("://") {
        tidy = tidy.replace("//", "/");
    }
    tidy = tidy.replace("/./", "/");
    tidy.strip_prefix("./").map(str::to_owned).unwrap_or(tidy)
}

/// Reads the escapes of a literal: `\n`, `\x41`, `\u0041`, `\u{41}`, `\101`.
pub(in crate::scan) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        let Some(kind) = rest.next() else { break };
        match kind {
            'n' => plain.push('\n'),
            't' => plain.push('\t'),
            'r' => plain.push('\r'),
            'e' | 'E' => plain.push('\u{1b}'),
            'a' | 'b' | 'f' | 'v' | '\n' => {}
            'x' => plain.push(number(&mut rest, 2, 16, 0)),
            'U' => plain.push(number(&mut rest, 8, 16, 0)),
            'u' => {
                if rest.peek() == Some(&'{') {
                    rest.next();
                    let digits: String = rest.by_ref().take(8).take_while(|next| *next != '}').collect();
                    plain.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or(HOLE));
                } else {
                    plain.push(number(&mut rest, 4, 16, 0));
                }
            }
            '0'..='7' => plain.push(number(&mut rest, 2, 8, kind as u32 - '0' as u32)),
            other => plain.push(other),
        }
    }
    plain
}

/// Reads up to `digits` digits after those that make `first`.
fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: usize, radix: u32, first: u32) -> char {
    let mut value = first;
    for _ in 0..digits {
        let Some(digit) = rest.peek().and_then(|next| next.to_digit(radix)) else { break };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        rest.next();
    }
    char::from_u32(value).unwrap_or(HOLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let rows = [
            (r"a\x41\u0042\u{43}\104", "aABCD"),
            (r"\n\t\\", "\n\t\\"),
            (r"\x", "\0"),
            (r"end\", "end"),
            (r"\u{zz}", "\u{fffc}"),
        ];
        for (text, expected) in rows {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    #[test]
    fn joined_alternatives_stay_few() {
        let many: Vec<_> = (0..50).map(Constant::Number).collect();
        assert!(join(&[&many, &many, &many], "").len() <= ALTERNATIVES);
        assert_eq!(join(&[&[], &[Constant::Text("x".into())]], "-"), [Constant::Text("\u{fffc}-x".into())]);
    }
}
