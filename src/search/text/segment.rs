//! Where words begin and end: compounds with their parts, and runs of scripts without spaces.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    /// A word, possibly of several parts: `pre-commit`, `useState`, `node.js`.
    Compound(&'a str),
    /// A run of a script that puts no spaces between words.
    Unspaced(&'a str),
}

/// Cuts a text into its segments.
pub(super) fn segments(text: &str) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        let text = &rest[start..];
        let is_unspaced = text.chars().next().is_some_and(is_unspaced);
        let end = if is_unspaced { unspaced_end(text) } else { compound_end(text) };
        rest = skip_clitic(&text[end..]);
        Some(if is_unspaced { Segment::Unspaced(&text[..end]) } else { Segment::Compound(&text[..end]) })
    })
}

/// Cuts a compound at `-`, `_` and `.` and where its case says that a word begins.
pub(super) fn parts(compound: &str) -> impl Iterator<Item = &str> {
    compound.split(['-', '_', '.']).filter(|part| !part.is_empty()).flat_map(camel_parts)
}

fn camel_parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, remainder) = rest.split_at(camel_end(rest));
        rest = remainder;
        Some(part)
    })
}

/// Returns where the first part ends: `use|State`, `HTTP|Server`, but `PDFs`; digits belong to
/// what is before them, as in `utf8|Decoder` and `H200`.
fn camel_end(word: &str) -> usize {
    let mut characters = word.char_indices().peekable();
    let mut previous = ' ';
    let mut count = 0;
    while let Some((at, character)) = characters.next() {
        let next_is_lower = characters.peek().is_some_and(|(_, next)| next.is_lowercase());
        let is_plural = &word[at + character.len_utf8()..] == "s";
        let starts_word = previous.is_lowercase() || (count > 1 && next_is_lower && !is_plural);
        if at > 0 && character.is_uppercase() && starts_word {
            return at;
        }
        previous = character;
        count += 1;
    }
    word.len()
}

fn compound_end(text: &str) -> usize {
    let is_word = |character: char| character.is_alphanumeric() && !is_unspaced(character);
    let mut characters = text.char_indices().peekable();
    let mut end = text.len();
    while let Some((at, character)) = characters.next() {
        let joins = matches!(character, '-' | '_' | '.') && characters.peek().is_some_and(|(_, next)| is_word(*next));
        if !is_word(character) && !joins {
            end = at;
            break;
        }
    }
    end + language_suffix(&text[end..])
}

/// Keeps the ends of `c++` and `c#`, which are all that tells them from `c`.
fn language_suffix(rest: &str) -> usize {
    let length = if rest.starts_with("++") { 2 } else { usize::from(rest.starts_with('#')) };
    let is_followed = rest[length..].starts_with(|next: char| next.is_alphanumeric() || matches!(next, '+' | '#'));
    if is_followed { 0 } else { length }
}

/// Skips what follows an apostrophe: the `s` of `user's`, the `t` of `don't`.
fn skip_clitic(rest: &str) -> &str {
    let Some(clitic) = rest.strip_prefix(['\'', '\u{2019}']) else { return rest };
    let end = clitic.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(clitic.len());
    if end <= 2 { &clitic[end..] } else { rest }
}

fn unspaced_end(text: &str) -> usize {
    text.find(|character| !is_unspaced(character)).unwrap_or(text.len())
}

/// Tells whether a character belongs to a script that puts no (or few) spaces between words:
/// Han, Hiragana, Katakana, Hangul, Thai, Lao, Myanmar, Khmer.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3130}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_fall_into_their_parts() {
        let rows: [(&str, &[&str]); 11] = [
            ("pre-commit", &["pre", "commit"]),
            ("useState", &["use", "State"]),
            ("HTTPServer", &["HTTP", "Server"]),
            ("snake_case_name", &["snake", "case", "name"]),
            ("node.js", &["node", "js"]),
            ("H200", &["H200"]),
            ("utf8Decoder", &["utf8", "Decoder"]),
            ("TensorRT", &["Tensor", "RT"]),
            ("PDFs", &["PDFs"]),
            ("c++", &["c++"]),
            ("ÜberGroß", &["Über", "Groß"]),
        ];
        for (compound, expected) in rows {
            assert_eq!(parts(compound).collect::<Vec<_>>(), expected, "{compound}");
        }
    }

    #[test]
    fn texts_fall_into_segments() {
        use Segment::{Compound as C, Unspaced as U};
        let rows: [(&str, &[Segment]); 6] = [
            ("Don't use C++, use C# (or .NET).", &[C("Don"), C("use"), C("C++"), C("use"), C("C#"), C("or"), C("NET")]),
            ("the user's e-mail.", &[C("the"), C("user"), C("e-mail")]),
            ("帮我review代码", &[U("帮我"), C("review"), U("代码")]),
            ("a--b __init__ -- x-", &[C("a"), C("b"), C("init"), C("x")]),
            ("カタカナ 한국어", &[U("カタカナ"), U("한국어")]),
            ("…", &[]),
        ];
        for (text, expected) in rows {
            assert_eq!(segments(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
