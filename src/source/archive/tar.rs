//! Tar archives, plain or compressed with gzip, as a stream.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::tar::{Archive, EntryType};
use flate2::bufread::MultiGzDecoder;

use super::ArchiveError;
use super::unpacked::{Collection, Content, DEVICE, HARD_LINK};
use crate::skill::limits;

/// Bytes from which on a ratio says something; a small file of blanks packs well.
pub(super) const RATIO_BYTES: u64 = 1024 * 1024;
/// Bytes that one packed byte may become (design rules for archives; texts stay below 50).
pub(super) const RATIO: u64 = 100;
/// Bytes of a link's target.
const LINK_BYTES: usize = 4_096;
/// Bytes of headers, padding and extended headers that an entry may have beside its content.
const ENTRY_OVERHEAD_BYTES: u64 = 4_096;

/// Reads a compressed archive.
pub(super) fn read_gzip(reader: impl BufRead, collection: &mut Collection) -> Result<(), ArchiveError> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: reader, count: Arc::clone(&packed) };
    read(MultiGzDecoder::new(counted), Some(packed), collection)
}

/// Reads an archive as it is.
pub(super) fn read_plain(reader: impl Read, collection: &mut Collection) -> Result<(), ArchiveError> {
    read(reader, None, collection)
}

fn read(reader: impl Read, packed: Option<Arc<AtomicU64>>, collection: &mut Collection) -> Result<(), ArchiveError> {
    let bounds = collection.bounds;
    let limit = bounds.bytes.saturating_add(bounds.entries.min(100_000).saturating_mul(ENTRY_OVERHEAD_BYTES));
    let mut archive = Archive::new(Measured { inner: reader, packed, unpacked: 0, limit });
    let entries = archive.entries().map_err(|error| reason_of(&error, bounds.bytes))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| reason_of(&error, bounds.bytes))?;
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            continue;
        }
        let raw_name = entry.path_bytes().into_owned();
        let Some(path) = collection.enter(&raw_name, kind.is_dir())? else { continue };
        match kind {
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default();
                let content = if target.len() > LINK_BYTES {
                    Content::Unread(None, "the target of the link is too long".to_owned())
                } else {
                    Content::Link(String::from_utf8_lossy(&target).into_owned())
                };
                collection.keep(path, content);
            }
            EntryType::Link => {
                collection.keep(path, Content::Unread(None, HARD_LINK.to_owned()));
            }
            kind if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() => {
                let size_bytes = entry.size();
                if !collection.admits(&path, size_bytes)? {
                    continue;
                }
                let is_executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
                let mut bytes = Vec::new();
                let read = entry.by_ref().take(limits::FILE_BYTES + 1).read_to_end(&mut bytes);
                read.map_err(|error| reason_of(&error, bounds.bytes))?;
                if bytes.len() as u64 != size_bytes {
                    return Err(ArchiveError::refused("it ends in the middle of an entry"));
                }
                collection.keep(path, Content::File { bytes, is_executable });
            }
            _ => {
                collection.keep(path, Content::Unread(None, DEVICE.to_owned()));
            }
        }
    }
    Ok(())
}

/// What a reader says that has unpacked too much.
#[derive(Debug, thiserror::Error)]
enum Excess {
    #[error("too many bytes")]
    Bytes,
    #[error("its bytes become more than {RATIO} times as many")]
    Ratio,
}

fn reason_of(error: &io::Error, limit: u64) -> ArchiveError {
    match error.get_ref().and_then(|inner| find_excess(inner)) {
        Some(Excess::Bytes) => ArchiveError::TooLarge(limit),
        Some(excess @ Excess::Ratio) => ArchiveError::refused(excess.to_string()),
        None => ArchiveError::refused(format!("it is damaged: {error}")),
    }
}

/// Finds the reason below what the reader of the format has wrapped around it.
fn find_excess<'a>(error: &'a (dyn std::error::Error + Send + Sync + 'static)) -> Option<&'a Excess> {
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = current {
        if let Some(excess) = error.downcast_ref::<Excess>() {
            return Some(excess);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        current = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

/// Counts the packed bytes that were used.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        self.inner.consume(length);
    }
}

/// Ends the reading of what unpacks to too much.
struct Measured<R> {
    inner: R,
    packed: Option<Arc<AtomicU64>>,
    unpacked: u64,
    limit: u64,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.unpacked += length as u64;
        if self.unpacked > self.limit {
            return Err(io::Error::other(Excess::Bytes));
        }
        let packed = self.packed.as_ref().map_or(u64::MAX, |packed| packed.load(Ordering::Relaxed).max(1));
        if self.unpacked >= RATIO_BYTES && self.unpacked / packed > RATIO {
            return Err(io::Error::other(Excess::Ratio));
        }
        Ok(length)
    }
}
