//! Zip archives of the plain kind.
//!
//! Readers of zip files disagree on damaged and on crafted ones: some believe the directory at
//! the end, others the headers before each entry. So both are compared, and an archive in which
//! they differ, or that leaves room for other entries, is refused. APPNOTE.TXT 6.3 is the format.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::ArchiveError;
use super::tar::{RATIO, RATIO_BYTES};
use super::unpacked::{Collection, Content, DEVICE};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
/// The longest data descriptor behind an entry: a signature, a checksum and two long sizes.
const DESCRIPTOR_BYTES: usize = 24;
/// Bit 0 of an entry's flags.
const IS_ENCRYPTED: usize = 1;
/// Bit 3: the local header leaves checksum and sizes to a descriptor behind the data.
const HAS_DESCRIPTOR: usize = 8;
/// Bytes of a link's target.
const LINK_BYTES: usize = 4_096;
/// The extra field that gives an entry another name (Info-ZIP).
const OTHER_NAME: usize = 0x7075;

/// One entry as the directory has it.
struct Entry<'a> {
    name: &'a [u8],
    flags: usize,
    method: usize,
    crc: u32,
    packed: usize,
    unpacked: usize,
    /// The file mode, where the archive was made on Unix, else 0.
    mode: usize,
    header: usize,
}

/// Reads an archive.
pub(super) fn read(bytes: &[u8], collection: &mut Collection) -> Result<(), ArchiveError> {
    let end = find_end(bytes)?;
    let (count, size, at) = (number(bytes, end + 10, 2), number(bytes, end + 12, 4), number(bytes, end + 16, 4));
    if number(bytes, end + 4, 2) != 0 || number(bytes, end + 6, 2) != 0 || number(bytes, end + 8, 2) != count {
        return Err(refused("it is a part of several"));
    }
    if count == 0xFFFF || size == 0xFFFF_FFFF || at == 0xFFFF_FFFF {
        return Err(refused("it is of the large kind (Zip64), which is not read"));
    }
    if at.checked_add(size) != Some(end) {
        return Err(refused("its directory is not where its end says"));
    }
    let entries = read_directory(&bytes[..end], at, count, collection.bounds.entries)?;
    check_layout(bytes, &entries, at)?;
    for entry in &entries {
        read_entry(bytes, entry, collection)?;
    }
    Ok(())
}

/// Finds the record that ends the archive: the only one whose comment reaches the file's end.
fn find_end(bytes: &[u8]) -> Result<usize, ArchiveError> {
    let from = bytes.len().saturating_sub(END_BYTES + 0xFFFF);
    let is_end = |at: &usize| at + END_BYTES + number(bytes, at + 20, 2) == bytes.len();
    let mut found = memchr::memmem::find_iter(&bytes[from..], END).map(|at| from + at).filter(is_end);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(refused("it is damaged: it has no end, or bytes behind it")),
        _ => Err(refused("it has two ends, and programs differ on which they believe")),
    }
}

fn read_directory(bytes: &[u8], at: usize, count: usize, limit: u64) -> Result<Vec<Entry<'_>>, ArchiveError> {
    if count as u64 > limit {
        return Err(ArchiveError::TooMany(limit));
    }
    let (mut at, mut entries) = (at, Vec::new());
    while at < bytes.len() {
        if entries.len() == count || !bytes[at..].starts_with(CENTRAL) || at + CENTRAL_BYTES > bytes.len() {
            return Err(refused("its directory is damaged, or has more entries than it says"));
        }
        let (name, extra, comment) = (number(bytes, at + 28, 2), number(bytes, at + 30, 2), number(bytes, at + 32, 2));
        let name_at = at + CENTRAL_BYTES;
        let next = name_at + name + extra + comment;
        if next > bytes.len() {
            return Err(refused("its directory is damaged"));
        }
        if has_other_name(&bytes[name_at + name..name_at + name + extra]) {
            return Err(refused("an entry has two names"));
        }
        let is_unix = matches!(bytes[at + 5], 3 | 19);
        entries.push(Entry {
            name: &bytes[name_at..name_at + name],
            flags: number(bytes, at + 8, 2),
            method: number(bytes, at + 10, 2),
            crc: number(bytes, at + 16, 4) as u32,
            packed: number(bytes, at + 20, 4),
            unpacked: number(bytes, at + 24, 4),
            mode: if is_unix { number(bytes, at + 40, 2) } else { 0 },
            header: number(bytes, at + 42, 4),
        });
        at = next;
    }
    if entries.len() != count {
        return Err(refused("its directory has fewer entries than it says"));
    }
    Ok(entries)
}

fn has_other_name(mut extra: &[u8]) -> bool {
    while extra.len() >= 4 {
        let (id, length) = (number(extra, 0, 2), number(extra, 2, 2));
        if id == OTHER_NAME {
            return true;
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
    false
}

/// Refuses what shares bytes, leaves room for entries that the directory does not name, or is
/// called otherwise before its data.
fn check_layout(bytes: &[u8], entries: &[Entry<'_>], directory: usize) -> Result<(), ArchiveError> {
    let mut ranges = Vec::with_capacity(entries.len());
    for entry in entries {
        let at = entry.header;
        let is_header = bytes.get(at..at + LOCAL_BYTES).is_some_and(|header| header.starts_with(LOCAL));
        if !is_header {
            return Err(refused("an entry is not where its directory says"));
        }
        let name_bytes = number(bytes, at + 26, 2);
        if bytes.get(at + LOCAL_BYTES..at + LOCAL_BYTES + name_bytes) != Some(entry.name) {
            return Err(refused("an entry has another name before its data than in the directory"));
        }
        let flags = number(bytes, at + 6, 2);
        let mask = IS_ENCRYPTED | HAS_DESCRIPTOR;
        let is_told_later = flags & HAS_DESCRIPTOR != 0;
        let has_same_sizes = (number(bytes, at + 18, 4), number(bytes, at + 22, 4)) == (entry.packed, entry.unpacked);
        let is_same = flags & mask == entry.flags & mask
            && number(bytes, at + 8, 2) == entry.method
            && (is_told_later || has_same_sizes);
        if !is_same {
            return Err(refused("an entry is described otherwise before its data than in the directory"));
        }
        let data = at + LOCAL_BYTES + name_bytes + number(bytes, at + 28, 2);
        ranges.push((at, data.saturating_add(entry.packed)));
    }
    ranges.sort_unstable();
    let mut reached = 0;
    for (start, end) in ranges.into_iter().chain([(directory, directory)]) {
        if start < reached {
            return Err(refused("its entries share the same bytes"));
        }
        if start - reached > if reached == 0 { 0 } else { DESCRIPTOR_BYTES } {
            return Err(refused("it has bytes that its directory does not name"));
        }
        reached = end;
    }
    Ok(())
}

fn read_entry(bytes: &[u8], entry: &Entry<'_>, collection: &mut Collection) -> Result<(), ArchiveError> {
    let kind = entry.mode & 0o170_000;
    let is_folder = entry.name.ends_with(b"/") || kind == 0o040_000;
    if is_folder && entry.unpacked != 0 {
        return Err(refused("a folder of it has content"));
    }
    let Some(path) = collection.enter(entry.name, is_folder)? else { return Ok(()) };
    let size = Some(entry.unpacked as u64);
    let unread = |reason: &str| Content::Unread(size, reason.to_owned());
    if entry.flags & IS_ENCRYPTED != 0 {
        collection.keep(path, unread("the entry is encrypted"));
        return Ok(());
    }
    if !matches!(entry.method, 0 | 8) {
        collection.keep(path, unread("the entry is packed by a method that is not read"));
        return Ok(());
    }
    if !matches!(kind, 0 | 0o100_000 | 0o120_000) {
        collection.keep(path, unread(DEVICE));
        return Ok(());
    }
    let is_bomb = entry.unpacked as u64 >= RATIO_BYTES && entry.unpacked as u64 / (entry.packed.max(1) as u64) > RATIO;
    if is_bomb {
        return Err(refused("its bytes become more than 100 times as many"));
    }
    if !collection.admits(&path, entry.unpacked as u64)? {
        return Ok(());
    }
    let data = data_of(bytes, entry).ok_or_else(|| refused("an entry ends behind the archive"))?;
    let content = inflate(data, entry).ok_or_else(|| refused("an entry is damaged, or not as long as it says"))?;
    let content = match kind {
        0o120_000 if content.len() > LINK_BYTES => unread("the target of the link is too long"),
        0o120_000 => Content::Link(String::from_utf8_lossy(&content).into_owned()),
        _ => Content::File { bytes: content, is_executable: entry.mode & 0o111 != 0 },
    };
    collection.keep(path, content);
    Ok(())
}

fn data_of<'a>(bytes: &'a [u8], entry: &Entry<'_>) -> Option<&'a [u8]> {
    let at = entry.header;
    let data = at + LOCAL_BYTES + number(bytes, at + 26, 2) + number(bytes, at + 28, 2);
    bytes.get(data..data.checked_add(entry.packed)?)
}

/// Unpacks the data of an entry; nothing where it is not what the directory says.
fn inflate(data: &[u8], entry: &Entry<'_>) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    if entry.method == 0 {
        content.extend_from_slice(data);
    } else {
        DeflateDecoder::new(data).take(entry.unpacked as u64 + 1).read_to_end(&mut content).ok()?;
    }
    let mut crc = Crc::new();
    crc.update(&content);
    (content.len() == entry.unpacked && crc.sum() == entry.crc).then_some(content)
}

fn refused(reason: &str) -> ArchiveError {
    ArchiveError::refused(reason)
}

/// Reads a little-endian number of up to four bytes; 0 where the file ends before it.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let digits = at.checked_add(length).and_then(|end| bytes.get(at..end)).unwrap_or_default();
    digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit))
}
