//! Runs of letters and digits: base64, base32 and hexadecimal digits.

use super::Finds;
use super::base64_runs::Base64Runs;
use super::hex_runs::HexRuns;

/// Below this length a run is a word.
const PIECE_BYTES: usize = 8;

/// Walks over the runs of `text` once.
pub(super) fn find(text: &str, finds: &mut Finds) {
    let bytes = text.as_bytes();
    let mut base64 = Base64Runs::new(text);
    let mut hex = HexRuns::new(text);
    let mut at = 0;
    while at < bytes.len() {
        if KIND[usize::from(bytes[at])] == NONE {
            at += 1;
            continue;
        }
        let start = at;
        let mut kinds = u8::MAX;
        while at < bytes.len() && KIND[usize::from(bytes[at])] != NONE {
            kinds &= KIND[usize::from(bytes[at])];
            at += 1;
        }
        // Padding belongs to the run; `a=b` does not.
        let end = start + bytes[start..at].iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        if kinds & HEX != 0 {
            hex.push(start..at, finds);
        } else {
            hex.flush(finds);
        }
        if at - start >= PIECE_BYTES && end > start {
            base64.push(start..at, finds);
        }
    }
    hex.flush(finds);
    base64.flush(finds);
}

const NONE: u8 = 0;
const BASE64: u8 = 1;
const HEX: u8 = 2;

/// What each byte can be part of.
static KIND: [u8; 256] = {
    let mut kind = [NONE; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'_' | b'-' | b'=') {
            kind[byte] = BASE64;
        }
        if letter.is_ascii_hexdigit() {
            kind[byte] |= HEX;
        }
        byte += 1;
    }
    kind
};
