//! Base85 in its two alphabets, in texts that name it: every printable text is base85.

use super::{Finds, compressed};
use crate::scan::layer::readable::{has_words, text_of};

/// Letters from which on a string is decoded.
const STRING_LETTERS: usize = 16;
/// Letters of a string that are decoded.
const LETTERS_AT_MOST: usize = 256 * 1024;
/// Strings of one text that are tried.
const STRINGS: usize = 256;

const PYTHON_LETTERS: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Finds the quoted strings of `text` that are base85.
pub(super) fn find(text: &str, finds: &mut Finds) {
    let is_named = |name: &str| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    let (python, adobe) = (is_named("b85decode"), is_named("a85decode") || is_named("scii85"));
    if !python && !adobe {
        return;
    }
    for quote in ['"', '\''] {
        let mut at = 0;
        for part in text.split(quote).take(STRINGS * 2) {
            let span = at..at + part.len();
            at = span.end + 1;
            if part.len() < STRING_LETTERS || part.len() > LETTERS_AT_MOST || part.contains([' ', '\n']) {
                continue;
            }
            let python = python
                .then(|| decode(part.as_bytes(), |letter| PYTHON_LETTERS.iter().position(|other| *other == letter)));
            let adobe = adobe.then(|| {
                let body = part.trim_start_matches("<~").trim_end_matches("~>");
                decode(body.as_bytes(), |letter| (b'!'..=b'u').contains(&letter).then(|| usize::from(letter - b'!')))
            });
            let mut bytes = python.into_iter().chain(adobe).flatten();
            let text = bytes.find_map(|bytes| match compressed::inflate(&bytes) {
                Some((_, inflated)) => text_of(&inflated),
                None => text_of(&bytes).filter(|text| has_words(text)),
            });
            if let Some(text) = text {
                finds.push(span, "base85", text);
            }
        }
    }
}

fn decode(letters: &[u8], value: impl Fn(u8) -> Option<usize>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(letters.len() / 5 * 4 + 4);
    for group in letters.chunks(5) {
        let mut sum = 0_u64;
        for index in 0..5 {
            let digit = group.get(index).map_or(Some(84), |letter| value(*letter))?;
            sum = sum * 85 + digit as u64;
        }
        let whole = u32::try_from(sum).ok()?.to_be_bytes();
        bytes.extend_from_slice(&whole[..group.len() - 1]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::find_all;

    const PAYLOAD: &str = "import os; os.system('id > /tmp/x')";

    #[test]
    fn a_named_string_is_read() {
        let rows = [
            "exec(b85decode('X>D+Ca&#bXb2}h!b1rjvb97~GC?{!TAU+^3bZu}icqb_'))",
            "exec(base64.a85decode('Bl.g-Ec`FBF#tL_F\"VNZF*(u1-mr_>+?go$FDYtMGUFp'))",
        ];
        for text in rows {
            let finds = find_all(text);
            assert_eq!(finds.texts.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), [PAYLOAD], "{text}");
        }
        assert!(find_all("exec('X>D+Ca&#bXb2}h!b1rjvb97~GC?{!TAU+^3bZu}icqb_')").texts.is_empty(), "not named");
    }
}
