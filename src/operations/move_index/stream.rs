//! Decompression of what strangers send.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many times larger than what was read the content may be. Text and JSON shrink to a
/// twentieth at best.
const GROWTH: u64 = 200;
/// Content that is let through whatever it came from.
const FREE_BYTES: u64 = 64 * 1024 * 1024;

/// Decompressed bytes; ends with an error where they grow as only a bomb does.
pub(super) struct Decompressed<R: Read> {
    decoder: zstd::Decoder<'static, BufReader<Counted<R>>>,
    read_bytes: Arc<AtomicU64>,
    content_bytes: u64,
}

struct Counted<R> {
    input: R,
    read_bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read_bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: Read> Decompressed<R> {
    /// Decompresses what `input` holds: frames of Zstandard, one after the other.
    pub(super) fn new(input: R) -> io::Result<Self> {
        let read_bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted { input, read_bytes: Arc::clone(&read_bytes) };
        Ok(Self { decoder: zstd::Decoder::new(counted)?, read_bytes, content_bytes: 0 })
    }
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.content_bytes += count as u64;
        let allowed = FREE_BYTES + GROWTH.saturating_mul(self.read_bytes.load(Ordering::Relaxed));
        if self.content_bytes > allowed {
            return Err(io::Error::other(format!("it holds more than {GROWTH} times what was read")));
        }
        Ok(count)
    }
}

/// Tells whether `input` begins as a frame of Zstandard does; what is read stays there.
pub(super) fn is_compressed(input: &mut impl BufRead) -> io::Result<bool> {
    const MARK: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    Ok(input.fill_buf()?.starts_with(&MARK))
}
