//! Characters that are not drawn.

use std::borrow::Cow;
use std::ops::Range;

/// Characters on each side of one that are looked at, to tell whether it is a specimen.
const SPECIMEN_CHARACTERS: usize = 64;

/// Tells whether a character is a tag: a copy of an ASCII character that is never drawn.
pub(in crate::scan) fn is_tag(character: char) -> bool {
    matches!(character, '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// Tells whether a character has no width and is no mark of a script.
pub(in crate::scan) fn is_zero_width(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}'
    )
}

/// Tells whether a character changes the direction in which text is drawn.
pub(in crate::scan) fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the byte for which a variation selector can stand.
pub(in crate::scan) fn selector_byte(character: char) -> Option<u8> {
    match character {
        '\u{fe00}'..='\u{fe0f}' => Some((character as u32 - 0xfe00) as u8),
        '\u{e0100}'..='\u{e01ef}' => Some((character as u32 - 0xe0100 + 16) as u8),
        _ => None,
    }
}

/// Takes out the zero-width characters of a text, where one of them stands inside of a Latin
/// word. Elsewhere they are spelling: of Persian and Indic scripts, of Thai, of emoji.
pub(in crate::scan) fn without_zero_width(text: &str) -> Cow<'_, str> {
    if splits(text).next().is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| !is_zero_width(*character)).collect())
}

/// Iterates over the places where zero-width characters stand between two ASCII letters, digits
/// or signs.
pub(in crate::scan) fn splits(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut previous = '\n';
    let mut run: Option<usize> = None;
    text.char_indices().filter_map(move |(at, character)| {
        if !character.is_ascii() && is_zero_width(character) {
            run.get_or_insert(at);
            return None;
        }
        let is_split = previous.is_ascii_graphic() && character.is_ascii_graphic();
        let found = run.take().filter(|_| is_split).map(|start| start..at);
        previous = character;
        found
    })
}

/// Tells whether what stands at `span` is a specimen of a character: it is the content of a
/// short string or of a class of characters, as in lists of what to look for.
pub(in crate::scan) fn is_specimen(text: &str, span: &Range<usize>) -> bool {
    is_in_range(text, span) || closes(text[..span.start].chars().rev()) && closes(text[span.end..].chars())
}

/// Tells whether nothing but a little stands before the end of a string or a class; two drawn
/// characters at most: `"a…b"`, `[…]`.
fn closes(characters: impl Iterator<Item = char>) -> bool {
    let is_delimiter =
        |character| matches!(character, '"' | '\'' | '`' | '[' | ']' | '(' | ')' | '<' | '>' | '|' | '/' | ',');
    let mut drawn = 0;
    for character in characters.take(SPECIMEN_CHARACTERS) {
        if is_delimiter(character) || character == '\n' {
            return is_delimiter(character);
        }
        drawn += usize::from(!is_invisible(character) && character != '-');
        if drawn > 2 {
            return false;
        }
    }
    false
}

/// Tells whether the characters around `span` hold a range of a class: `…-…`.
fn is_in_range(text: &str, span: &Range<usize>) -> bool {
    let is_part = |character: &char| is_invisible(*character) || *character == '-';
    let before: Vec<char> = text[..span.start].chars().rev().take(SPECIMEN_CHARACTERS).take_while(is_part).collect();
    let after = text[span.start..].chars().take(SPECIMEN_CHARACTERS).take_while(is_part);
    let cluster: Vec<char> = before.into_iter().rev().chain(after).collect();
    cluster.windows(3).any(|part| part[1] == '-' && part[0] != '-' && part[2] != '-')
}

fn is_invisible(character: char) -> bool {
    !character.is_ascii()
        && (is_tag(character)
            || is_zero_width(character)
            || is_bidirectional_control(character)
            || selector_byte(character).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specimen_is_told_from_a_use() {
        let rows = [
            ("\"a\u{202a}b\"", true),
            ("[\u{202a}-\u{202e}\u{2066}]", true),
            ("[\\x00-\\x1f\u{2066}-\u{2069}\\r\\n]", true),
            ("('\u{200b}', 'zero width space')", true),
            ("\"user\u{202e} # admin\"", false),
            ("ig\u{200b}nore", false),
        ];
        for (text, expected) in rows {
            let at = text.find(|character: char| !character.is_ascii()).expect("a row holds one");
            let length = text[at..].chars().next().map_or(0, char::len_utf8);
            assert_eq!(is_specimen(text, &(at..at + length)), expected, "{}", text.escape_unicode());
        }
    }

    #[test]
    fn only_latin_words_are_split() {
        assert_eq!(splits("ig\u{200b}\u{200c}nore, a\u{200b} b").count(), 1);
        assert_eq!(without_zero_width("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(without_zero_width("i\u{200b}g\u{ad}n"), "ign");
    }
}
