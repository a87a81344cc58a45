//! Letters that look like Latin ones.
//!
//! The table holds what is drawn nearly alike in usual fonts, after Unicode Technical Standard
//! 39; forms for mathematics and full-width letters are known to normalisation.

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

/// Returns the Latin letter that `character` looks like.
pub(in crate::scan) fn look_alike(character: char) -> Option<char> {
    if character.is_ascii() {
        return None;
    }
    LOOK_ALIKES.iter().find_map(|(foreign, latin)| {
        let index = foreign.chars().position(|letter| letter == character)?;
        latin.chars().nth(index)
    })
}

/// Tells whether a character is a Latin letter in a form for mathematics or display.
fn is_styled(character: char) -> bool {
    matches!(character, '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d6a3}'
        | '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f149}')
}

/// Folds the words of a text that mix scripts, or that are written in styled letters; returns
/// nothing where there is none. Words of one other script are what they are.
pub(in crate::scan) fn folded(text: &str) -> Option<String> {
    if text.is_ascii() || !text.chars().any(|character| is_styled(character) || look_alike(character).is_some()) {
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
    let styled_count = word.chars().filter(|character| is_styled(*character)).count();
    let foreign_count = word.chars().filter(|character| look_alike(*character).is_some()).count();
    let mixes = has_latin && foreign_count > 0 && word.chars().count() >= 3;
    if !mixes && styled_count < 3 {
        return None;
    }
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(word);
    let skeleton: String = normalised.chars().map(|character| look_alike(character).unwrap_or(character)).collect();
    skeleton.is_ascii().then_some(skeleton)
}

/// Iterates over the words of a text that are not ASCII, with the place of each.
pub(in crate::scan) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|character: char| !character.is_alphanumeric()).filter_map(move |word| {
        let start = at;
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_ascii()).then_some((start, word))
    })
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
