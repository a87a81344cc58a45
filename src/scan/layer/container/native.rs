//! Machine code: the words in it, so that rules see addresses and commands.

use super::{Host, Opener};
use crate::skill::BundleFile;

/// Bytes of a program that are searched for words.
const SEARCHED_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of words that are kept.
const WORDS_BYTES: usize = 128 * 1024;
/// Letters from which on a run of them is a word rather than an accident.
const WORD_BYTES: usize = 10;

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], file: &BundleFile, host: &Host) {
    // A text may begin with the letters MZ.
    if file.text.is_none() {
        let searched = &bytes[..bytes.len().min(SEARCHED_BYTES)];
        opener.add_text(host, "words of the program", file.path.as_str(), words(searched));
    }
    super::zip::open_behind(opener, bytes, file, host);
}

fn words(bytes: &[u8]) -> String {
    let mut words = String::new();
    let is_letter = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
    for run in bytes.split(|byte| !is_letter(byte)).filter(|run| run.len() >= WORD_BYTES) {
        if words.len() + run.len() > WORDS_BYTES {
            break;
        }
        words.extend(run.iter().map(|byte| char::from(*byte)));
        words.push('\n');
    }
    words
}
