//! Texts as sets of shingles: runs of words, as hashes.
//!
//! The hashes are written into the index, so they are the same on every machine and in every
//! version; a change of them needs a new name of the field (`lexical/fields.rs`).

/// Words of a shingle. Chosen in the development half with the threshold of `signature.rs`
/// (`just copies`): one word finds texts about one subject, five lose a copy with a few edits.
const SHINGLE_WORDS: usize = 3;

/// The offset and the prime of the 64-bit FNV-1a hash (draft-eastlake-fnv).
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Hands the hash of every shingle of `text` to `receive`, repeated ones repeatedly. Case,
/// punctuation, markup and the length of blanks make no difference. A text with fewer words
/// than a shingle has none.
pub(super) fn for_each_shingle(text: &str, mut receive: impl FnMut(u64)) {
    let mut last = [0_u64; SHINGLE_WORDS];
    let mut word_count = 0;
    for_each_word(text, |word| {
        last.rotate_left(1);
        last[SHINGLE_WORDS - 1] = word;
        word_count += 1;
        if word_count >= SHINGLE_WORDS {
            receive(mixed(
                last.iter().fold(FNV_OFFSET, |hash, word| (hash ^ word).wrapping_mul(FNV_PRIME).rotate_left(29)),
            ));
        }
    });
}

/// Hands the hash of every word of `text` to `receive`: runs of letters and digits in lower
/// case; characters of scripts that are written without blanks stand alone.
pub(super) fn for_each_word(text: &str, mut receive: impl FnMut(u64)) {
    let mut hash = FNV_OFFSET;
    let mut is_open = false;
    for character in text.chars() {
        let is_alone = stands_alone(character);
        if is_open && (is_alone || !character.is_alphanumeric()) {
            receive(mixed(hash));
            (hash, is_open) = (FNV_OFFSET, false);
        }
        if is_alone {
            receive(mixed(pushed(hash, character)));
        } else if character.is_alphanumeric() {
            hash = if character.is_ascii() {
                pushed(hash, character.to_ascii_lowercase())
            } else {
                character.to_lowercase().fold(hash, pushed)
            };
            is_open = true;
        }
    }
    if is_open {
        receive(mixed(hash));
    }
}

/// Han, kana and their extensions; Hangul has blanks between words.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A character at a time rather than a byte: all that counts is that equal words are equal.
fn pushed(hash: u64, character: char) -> u64 {
    (hash ^ u64::from(u32::from(character))).wrapping_mul(FNV_PRIME)
}

/// Hashes characters one after the other.
pub(super) fn hash_of(characters: impl Iterator<Item = char>) -> u64 {
    mixed(characters.fold(FNV_OFFSET, pushed))
}

/// The finaliser of MurmurHash3 (A. Appleby, public domain): every bit depends on every bit.
pub(super) fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
