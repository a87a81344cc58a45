//! Lines of a corpus file, plain or compressed, within a limit.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::skill::limits;

use super::SourceError;

/// The largest window of a Zstandard frame, 2^27 bytes: what usual decoders accept.
const WINDOW_LOG: u32 = 27;
/// Bytes of one line after which reading ends: a compressed file can hold a line without end.
const ENDLESS_LINE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes that are read and decoded at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// A line that was longer once gives its memory back.
const KEPT_LINE_BYTES: usize = 4 * 1024 * 1024;

/// The lines of a corpus file.
pub(super) struct CorpusLines {
    reader: Box<dyn BufRead + Send>,
    read_bytes: Arc<AtomicU64>,
    /// Bytes of the file as it lies on the disk.
    pub(super) total_bytes: u64,
    line: Vec<u8>,
}

/// What one step of reading gave.
pub(super) enum Step<'a> {
    /// A line without its line feed.
    Line(&'a [u8]),
    /// A line that is longer than the limit and was skipped.
    Overlong,
    /// The end of the file.
    End,
}

impl CorpusLines {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|error| SourceError::of_io(path, &error))?;
        let metadata = file.metadata().map_err(|error| SourceError::of_io(path, &error))?;
        if !metadata.is_file() {
            return Err(SourceError::unreadable(path, "it is not a regular file"));
        }
        let read_bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: file, read_bytes: Arc::clone(&read_bytes) };
        let reader = decoder(counted).map_err(|error| SourceError::unreadable(path, error))?;
        Ok(Self { reader, read_bytes, total_bytes: metadata.len(), line: Vec::new() })
    }

    /// Returns how many bytes of the file, as it lies on the disk, were read.
    pub(super) fn read_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// Fails where the file cannot be read or decoded any further, or a line does not end.
    pub(super) fn next_line(&mut self) -> io::Result<Step<'_>> {
        self.line.clear();
        if self.line.capacity() > KEPT_LINE_BYTES {
            self.line.shrink_to(KEPT_LINE_BYTES);
        }
        let limit = limits::CORPUS_LINE_BYTES as u64 + 1;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(Step::End);
        }
        if self.line.pop_if(|byte| *byte == b'\n').is_none() && read as u64 == limit {
            self.skip_line()?;
            return Ok(Step::Overlong);
        }
        Ok(Step::Line(&self.line))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        let mut skipped_bytes = 0_u64;
        loop {
            let buffer = self.reader.fill_buf()?;
            let (length, is_end) = match memchr::memchr(b'\n', buffer) {
                Some(position) => (position + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(length);
            skipped_bytes += length as u64;
            if is_end {
                return Ok(());
            }
            if skipped_bytes > ENDLESS_LINE_BYTES {
                return Err(io::Error::other(format!("a line has more than {ENDLESS_LINE_BYTES} bytes")));
            }
        }
    }
}

/// Chooses the decoder by the first bytes of the file, which know better than its name.
fn decoder(mut file: Counted) -> io::Result<Box<dyn BufRead + Send>> {
    let mut head = Vec::new();
    (&mut file).take(4).read_to_end(&mut head)?;
    let magic = <[u8; 4]>::try_from(head.as_slice()).map_or(0, u32::from_le_bytes);
    let is_gzip = head.starts_with(&[0x1f, 0x8b]);
    let input = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(head).chain(file));
    // A Zstandard file may start with a skippable frame.
    Ok(if magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
        decoder.window_log_max(WINDOW_LOG)?;
        Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder))
    } else if is_gzip {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    })
}

/// Counts the bytes that are read from the disk.
struct Counted {
    inner: File,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.read_bytes.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
