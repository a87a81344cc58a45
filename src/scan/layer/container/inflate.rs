//! Unpacking deflated bytes up to a limit.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Inflated {
    pub(super) bytes: Vec<u8>,
    /// Whether there is more, beyond the limit.
    pub(super) is_cut: bool,
    /// Whether the packed bytes are broken or end too early.
    pub(super) is_damaged: bool,
}

/// Bytes from which on a ratio says something; a small file of blanks packs well.
const BOMB_BYTES: usize = 1024 * 1024;
/// How many bytes one packed byte may become. Deflate reaches 1,032; text and tables stay below 50.
const BOMB_RATIO: usize = 200;

/// Unpacks a raw deflate stream.
pub(super) fn deflate(packed: &[u8], limit: usize) -> Inflated {
    read(DeflateDecoder::new(packed), limit)
}

/// Unpacks a stream with a zlib header.
pub(super) fn zlib(packed: &[u8], limit: usize) -> Inflated {
    read(ZlibDecoder::new(packed), limit)
}

/// Unpacks all members of a gzip file.
pub(super) fn gzip(packed: &[u8], limit: usize) -> Inflated {
    read(MultiGzDecoder::new(packed), limit)
}

fn read(decoder: impl Read, limit: usize) -> Inflated {
    let mut bytes = Vec::new();
    let result = decoder.take(limit as u64 + 1).read_to_end(&mut bytes);
    let is_cut = bytes.len() > limit;
    bytes.truncate(limit);
    Inflated { bytes, is_cut, is_damaged: result.is_err() }
}

/// Tells whether `packed` bytes becoming `unpacked` is a bomb rather than a well packed file.
pub(super) fn is_bomb(packed: usize, unpacked: u64) -> bool {
    unpacked >= BOMB_BYTES as u64 && unpacked / (packed.max(1) as u64) >= BOMB_RATIO as u64
}
