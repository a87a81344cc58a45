//! The code of macros in Office documents, which is packed in a way of its own ([MS-OVBA] 2.4.1).

use super::{Host, Opener};

/// Bytes of code that are kept of one document.
const CODE_BYTES: usize = 256 * 1024;
/// Modules of one document.
const MODULES: usize = 50;
/// Bytes of an unpacked chunk.
const CHUNK_BYTES: usize = 4_096;
/// Every module begins with this word, and its first eight letters are never packed.
const BEGINNING: &[u8] = b"\0Attribut";

/// Adds the code of the macros in an OLE container as a text.
pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], host: &Host) {
    let mut code = String::new();
    for at in memchr::memmem::find_iter(bytes, BEGINNING).take(MODULES) {
        // Before the first flags stand a mark and the length of the first chunk.
        let is_start = at >= 3 && bytes[at - 3] == 1;
        if is_start && code.len() < CODE_BYTES {
            code.push_str(&String::from_utf8_lossy(&unpack(&bytes[at - 2..], CODE_BYTES - code.len())));
            code.push('\n');
        }
    }
    opener.add_text(host, "code of the macro", "macro.vba", code);
}

/// Unpacks chunks of up to 4,096 bytes until one is none.
fn unpack(packed: &[u8], limit: usize) -> Vec<u8> {
    let mut code = Vec::new();
    let mut rest = packed;
    while code.len() < limit && rest.len() > 2 {
        let header = u16::from_le_bytes([rest[0], rest[1]]);
        if header >> 12 & 7 != 3 {
            break;
        }
        let end = (usize::from(header & 0x0fff) + 3).min(rest.len());
        if header & 0x8000 == 0 {
            code.extend_from_slice(&rest[2..end]);
        } else {
            unpack_chunk(&rest[2..end], &mut code);
        }
        rest = &rest[end..];
    }
    code
}

/// Each byte of flags says of the eight that follow whether they are letters, or places to
/// copy from.
fn unpack_chunk(packed: &[u8], code: &mut Vec<u8>) {
    let start = code.len();
    let mut rest = packed;
    while let Some((flags, after)) = rest.split_first() {
        rest = after;
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some((letter, after)) = rest.split_first() else { return };
                code.push(*letter);
                rest = after;
                continue;
            }
            let (Some(low), Some(high)) = (rest.first(), rest.get(1)) else { return };
            rest = &rest[2..];
            let token = u16::from_le_bytes([*low, *high]);
            // The further a chunk is, the more bits name the place.
            let done = code.len() - start;
            let place_bits = (usize::BITS - done.saturating_sub(1).leading_zeros()).clamp(4, 12);
            let back = usize::from(token >> (16 - place_bits)) + 1;
            let length = usize::from(token & (0xffff >> place_bits)) + 3;
            if back > done || done >= CHUNK_BYTES {
                return;
            }
            for _ in 0..length.min(CHUNK_BYTES - done) {
                code.push(code[code.len() - back]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_and_copies_are_unpacked() {
        // `abcabcabc` as three letters and a copy of six from three back, at a place of four bits.
        let packed = [0b0000_1000, b'a', b'b', b'c', 0x03, 0x20];
        let header = (0xb000_u16 | (packed.len() as u16 - 1)).to_le_bytes();
        assert_eq!(unpack(&[&header[..], &packed].concat(), 100), b"abcabcabc");
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(unpack(&bytes, 10_000).len() < 10_000 + 2 * CHUNK_BYTES);
            let mut code = Vec::new();
            unpack_chunk(&bytes, &mut code);
        }
    }
}
