//! How many tokens a text takes in the encoding of current models.

use std::cell::RefCell;
use std::collections::HashMap;

/// Pieces whose count a thread remembers: the words that most texts are made of.
const REMEMBERED_PIECES: usize = 32_768;
/// A longer piece is no word that comes again.
const PIECE_BYTES: usize = 24;

thread_local! {
    static COUNTS: RefCell<HashMap<Box<str>, u8>> = RefCell::new(HashMap::new());
}

/// Counts the tokens of `text` in `o200k_base`.
///
/// The encoding splits a text into pieces, mostly words with the blank before them, and encodes
/// each for itself, so that the count of a piece that came before need not be taken again.
pub(super) fn count_tokens(text: &str) -> u64 {
    let tokenizer = bpe_openai::o200k_base();
    let count = |piece: &str| tokenizer.bpe.count(piece.as_bytes());
    COUNTS.with_borrow_mut(|counts| {
        let of_piece = |piece: &str| -> u64 {
            if let Some(known) = counts.get(piece) {
                return u64::from(*known);
            }
            let found = count(piece);
            // A piece has no more tokens than bytes.
            if let Some(short) = u8::try_from(found).ok().filter(|_| piece.len() <= PIECE_BYTES) {
                if counts.len() >= REMEMBERED_PIECES {
                    counts.clear();
                }
                counts.insert(piece.into(), short);
            }
            found as u64
        };
        tokenizer.split(text).map(of_piece).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_changes_no_count() {
        let rows = [
            "",
            "Read the file, read the file, and read the file again.",
            "写一个技能，写一个技能。",
            "  \n\n\t  indented\r\n\r\n",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "🦀🦀🦀 don't won't I'll 123456 3.14",
        ];
        let expected = |text: &str| bpe_openai::o200k_base().count(text) as u64;
        for text in rows.iter().chain(rows.iter().rev()) {
            assert_eq!(count_tokens(text), expected(text), "{text:?}");
        }
        // More words than are remembered.
        let many: String = (0..REMEMBERED_PIECES + 10).map(|number| format!(" {number:x}q")).collect();
        assert_eq!(count_tokens(&many), expected(&many));
        assert_eq!(count_tokens(rows[1]), expected(rows[1]));
    }
}
