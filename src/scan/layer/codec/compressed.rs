//! Compressed bytes inside of an encoded text.

use std::io::Read as _;

use flate2::read::{GzDecoder, ZlibDecoder};

/// Bytes that are inflated of one text.
const INFLATED_BYTES: u64 = 256 * 1024;

/// Tells whether bytes begin as gzip or zlib data does.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    matches!(bytes, [0x1f, 0x8b, 8, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..])
}

/// Inflates gzip or zlib data, up to a bound; names which of them it was.
pub(super) fn inflate(bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    if !is_compressed(bytes) {
        return None;
    }
    let is_gzip = bytes[0] == 0x1f;
    let mut inflated = Vec::new();
    // What was read before an error is still what somebody wrote.
    let _ = if is_gzip {
        GzDecoder::new(bytes).take(INFLATED_BYTES).read_to_end(&mut inflated)
    } else {
        ZlibDecoder::new(bytes).take(INFLATED_BYTES).read_to_end(&mut inflated)
    };
    (!inflated.is_empty()).then_some((if is_gzip { "gzip" } else { "zlib" }, inflated))
}
