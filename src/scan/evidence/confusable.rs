//! Letters that look like Latin ones.
//!
//! The table holds what is drawn nearly alike in usual fonts, after Unicode Technical Standard
//! 39; forms for mathematics and full-width letters are known to normalisation.

use std::ops::Range;
use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Letters of other scripts, each with the Latin letter that it looks like.
const LOOK_ALIKES: &[(&str, &str)] = &[
    // Cyrillic.
    ("аеорсухіјѕһԁԛԝѵӏгпкмт", "aeopcyxijshdqwvlrnkmt"),
    ("АВЕКМНОРСТУХІЈЅԚԜҮ", "ABEKMHOPCTYXIJSQWY"),
    // Greek.
    ("αονρτυικχγωε", "aovptuikxywe"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    // Armenian and Cherokee.
    ("օոսցհ", "onugh"),
    ("ᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃ", "ABCEHJKLMPSTVWZ"),
    // Small capitals and letters of phonetics.
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("ɑɡıȷɩʋᴦ", "agijivr"),
];

/// Letters of a word that is folded.
const WORD_BYTES: usize = 256;

/// The table, in order of the foreign letter.
static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs: Vec<(char, char)> =
        LOOK_ALIKES.iter().flat_map(|(foreign, latin)| foreign.chars().zip(latin.chars())).collect();
    pairs.sort_unstable();
    pairs
});

/// Returns the Latin letter that `character` looks like.
pub(in crate::scan) fn look_alike(character: char) -> Option<char> {
    // All of them stand here; most of what is not ASCII does not.
    if !matches!(character, '\u{131}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1d00}'..='\u{1d7f}' | '\u{a730}'..='\u{a731}')
    {
        return None;
    }
    let index = PAIRS.binary_search_by_key(&character, |(foreign, _)| *foreign).ok()?;
    Some(PAIRS[index].1)
}

/// Tells whether a character is a Latin letter in a form for mathematics or display.
fn is_styled(character: char) -> bool {
    matches!(character, '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d6a3}'
        | '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f149}')
}

/// Folds the words of a text that mix scripts, or that are written in styled letters; returns
/// nothing where there is none. Words of one other script are what they are.
pub(in crate::scan) fn folded(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut is_changed = false;
    let mut at = 0;
    for (start, word) in words(text) {
        plain.push_str(&text[at..start]);
        at = start + word.len();
        match fold_word(word) {
            Some(skeleton) => {
                plain.push_str(&skeleton);
                is_changed = true;
            }
            None => plain.push_str(word),
        }
    }
    plain.push_str(&text[at..]);
    is_changed.then_some(plain)
}

/// Returns what a word looks like in plain Latin letters, if it is one that pretends: it mixes
/// Latin letters with look-alikes, or consists of styled letters.
pub(in crate::scan) fn fold_word(word: &str) -> Option<String> {
    if word.is_ascii() || word.len() > WORD_BYTES {
        return None;
    }
    let has_latin = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !has_latin && !word.starts_with(is_styled) {
        return None;
    }
    let mixes = has_latin && word.chars().count() >= 3 && word.chars().any(|character| look_alike(character).is_some());
    if !mixes && word.chars().filter(|character| is_styled(*character)).count() < 3 {
        return None;
    }
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(word);
    let skeleton: String = normalised.chars().map(|character| look_alike(character).unwrap_or(character)).collect();
    skeleton.is_ascii().then_some(skeleton)
}

/// Iterates over the words of a text that may be folded, with the place of each: a Latin letter
/// stands beside another one, or a letter is styled. Everything else is passed over by its bytes.
pub(in crate::scan) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            at += 1;
            if bytes[start] < 0xc4 {
                continue;
            }
            let length = text[start..].chars().next().map_or(1, char::len_utf8);
            at = start + length;
            let touches_latin = bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
                || start > 0 && bytes[start - 1].is_ascii_alphabetic();
            if !touches_latin && !text[start..at].starts_with(is_styled) {
                continue;
            }
            let word = word_around(text, start);
            if word.end > start {
                at = word.end.max(at);
                return Some((word.start, &text[word]));
            }
        }
        None
    })
}

/// Returns the word around an offset, of which a bounded part is looked at.
fn word_around(text: &str, at: usize) -> Range<usize> {
    let from = text.ceil_char_boundary(at.saturating_sub(WORD_BYTES));
    let to = text.floor_char_boundary((at + WORD_BYTES).min(text.len()));
    let ends = |character: char| !character.is_alphanumeric();
    let start = text[from..at]
        .char_indices()
        .rev()
        .take_while(|(_, character)| !ends(*character))
        .last()
        .map_or(at, |(index, _)| from + index);
    let end = text[at..to].find(ends).map_or(to, |index| at + index);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_aligned() {
        for (foreign, latin) in LOOK_ALIKES {
            assert_eq!(foreign.chars().count(), latin.chars().count(), "{foreign}");
        }
    }

    #[test]
    fn a_word_that_pretends_is_folded() {
        let rows = [
            ("\u{456}gnore", Some("ignore")),
            ("p\u{430}ssw\u{43e}rd", Some("password")),
            ("\u{ff43}\u{ff55}\u{ff52}\u{ff4c}", Some("curl")),
            ("\u{43a}лиент", None),
            ("naïve", None),
            ("Δx", None),
            ("ignore", None),
        ];
        for (word, expected) in rows {
            assert_eq!(fold_word(word).as_deref(), expected, "{word}");
        }
    }
}
