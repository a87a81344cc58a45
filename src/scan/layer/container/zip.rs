//! Zip archives, and what is one: Office and OpenDocument files, wheels, jars, packed skills.
//!
//! Readers of zip files disagree on damaged and on crafted ones, so both the directory at the
//! end and the headers before each entry are looked at, and a difference is a fact.

use flate2::Crc;

use super::inflate::{self, is_bomb};
use super::member::Names;
use super::{FactKind, Host, Member, Opener, office};
use crate::skill::{BundleFile, FileContent};

/// Entries of one archive that are looked at.
const ENTRIES: usize = 1_000;
/// The size of the record at the end, and of the longest comment behind it.
const END_BYTES: usize = 22;
const COMMENT_BYTES: usize = 65_535;
const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// Bit 0 of an entry's flags.
const IS_ENCRYPTED: usize = 1;
/// Bit 3: sizes and checksum stand behind the data.
const HAS_DESCRIPTOR: usize = 8;

/// The record at the end of an archive.
#[derive(Debug, Clone, Copy)]
struct End {
    at: usize,
    entries: usize,
    directory: usize,
    /// How many bytes stand before the archive in its file.
    base: usize,
}

/// What the directory, or a local header, says of one entry.
#[derive(Debug)]
struct Entry {
    name: String,
    flags: usize,
    method: usize,
    crc: u32,
    packed: usize,
    unpacked: usize,
    is_link: bool,
    is_executable: bool,
    /// Where its local header stands in the file.
    header: usize,
}

/// Opens a file that begins as a zip archive.
pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], host: &Host) {
    match find_end(bytes) {
        Some(end) => {
            let tail = &bytes[(end.at + END_BYTES + number(bytes, end.at + 20, 2)).min(bytes.len())..];
            if tail.iter().any(|byte| !matches!(byte, 0 | b'\n' | b'\r' | b' ')) {
                opener.fact(host, "", FactKind::Appended, format!("{} bytes after the end of the archive", tail.len()));
            }
            open_entries(opener, bytes, directory(bytes, &end), end.entries, Some(end), host);
        }
        None => {
            opener.unread(host, "", Some(bytes.len() as u64), "the archive is damaged: it has no directory");
            open_entries(opener, bytes, local_entries(bytes), 0, None, host);
        }
    }
}

/// Opens an archive that stands behind something else: zip files are read from their end.
pub(super) fn open_behind(opener: &mut Opener<'_>, bytes: &[u8], file: &BundleFile, host: &Host) {
    let Some(end) = find_end(bytes).filter(|end| end.entries > 0 && bytes[end.base..].starts_with(LOCAL)) else {
        return;
    };
    // Programs that unpack themselves, and Python's zip applications, are made so.
    let is_program = bytes.starts_with(b"#!") || crate::scan::capability::is_native(Some(bytes));
    if !is_program {
        let detail = format!("`{}` is a zip archive from byte {} on", file.path, end.base);
        opener.fact(host, "", FactKind::Polyglot, detail);
    }
    open_entries(opener, bytes, directory(bytes, &end), end.entries, Some(end), host);
}

/// Finds the last record that closes an archive, and checks that it leads to a directory.
fn find_end(bytes: &[u8]) -> Option<End> {
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT_BYTES);
    memchr::memmem::rfind_iter(&bytes[from..], END).take(16).find_map(|found| {
        let at = from + found;
        if at + END_BYTES > bytes.len() {
            return None;
        }
        let (entries, size, offset) = (number(bytes, at + 10, 2), number(bytes, at + 12, 4), number(bytes, at + 16, 4));
        let directory = at.checked_sub(size)?;
        let base = directory.checked_sub(offset)?;
        let is_directory = entries == 0 || bytes[directory..].starts_with(CENTRAL);
        is_directory.then_some(End { at, entries, directory, base })
    })
}

fn directory(bytes: &[u8], end: &End) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = end.directory;
    while entries.len() < ENTRIES && at + 46 <= end.at && bytes[at..].starts_with(CENTRAL) {
        let (name, extra, comment) = (number(bytes, at + 28, 2), number(bytes, at + 30, 2), number(bytes, at + 32, 2));
        // The upper half of the attributes is a file mode, where the archive was made on Unix.
        let mode = if matches!(bytes[at + 5], 3 | 19) { number(bytes, at + 40, 2) } else { 0 };
        entries.push(Entry {
            name: text(bytes, at + 46, name),
            flags: number(bytes, at + 8, 2),
            method: number(bytes, at + 10, 2),
            crc: number(bytes, at + 16, 4) as u32,
            packed: number(bytes, at + 20, 4),
            unpacked: number(bytes, at + 24, 4),
            is_link: mode & 0o170_000 == 0o120_000,
            is_executable: mode & 0o111 != 0,
            header: end.base.saturating_add(number(bytes, at + 42, 4)),
        });
        at += 46 + name + extra + comment;
    }
    entries
}

/// Reads the headers before the entries one after another, as far as they go.
fn local_entries(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for at in memchr::memmem::find_iter(bytes, LOCAL).take(ENTRIES) {
        if at + 30 > bytes.len() {
            break;
        }
        let packed = number(bytes, at + 18, 4);
        let is_open = packed == 0 || number(bytes, at + 6, 2) & HAS_DESCRIPTOR != 0;
        entries.push(Entry {
            name: text(bytes, at + 30, number(bytes, at + 26, 2)),
            flags: number(bytes, at + 6, 2),
            method: number(bytes, at + 8, 2),
            crc: number(bytes, at + 14, 4) as u32,
            packed: if is_open { usize::MAX } else { packed },
            unpacked: number(bytes, at + 22, 4),
            is_link: false,
            is_executable: false,
            header: at,
        });
    }
    entries
}

fn open_entries(
    opener: &mut Opener<'_>,
    bytes: &[u8],
    entries: Vec<Entry>,
    announced: usize,
    end: Option<End>,
    host: &Host,
) {
    if announced > entries.len() || entries.len() >= ENTRIES {
        let count = announced.max(entries.len());
        opener.unread(host, "", None, &format!("the archive has {count} entries, {} were looked at", entries.len()));
    }
    note_overlaps(opener, bytes, &entries, end, host);
    let mut names = Names::default();
    let is_document = office::is_document(entries.iter().map(|entry| entry.name.as_str()));
    for entry in &entries {
        open_entry(opener, bytes, entry, &mut names, is_document, host);
    }
}

fn open_entry(opener: &mut Opener<'_>, bytes: &[u8], entry: &Entry, names: &mut Names, is_document: bool, host: &Host) {
    let step = format!("zip member {}", entry.name);
    if entry.name.ends_with(['/', '\\']) && entry.unpacked == 0 {
        return;
    }
    let path = names.check(&entry.name, &step, opener, host);
    if entry.flags & IS_ENCRYPTED != 0 {
        opener.fact(host, &step, FactKind::Encrypted, entry.name.as_str());
        opener.unread(host, &step, Some(entry.unpacked as u64), "the entry is encrypted");
        return;
    }
    let Some(data) = data_of(bytes, entry) else {
        opener.unread(host, &step, Some(entry.unpacked as u64), "the archive is damaged: the entry is not there");
        return;
    };
    let local_name = text(bytes, entry.header + 30, number(bytes, entry.header + 26, 2));
    if local_name != entry.name {
        let detail = format!("the entry is called {} in the directory and {local_name} before its data", entry.name);
        opener.fact(host, &step, FactKind::Ambiguous, detail);
    }
    let packed = &bytes[data..data.saturating_add(entry.packed).min(bytes.len())];
    let limit = opener.member_bytes();
    let inflated = match entry.method {
        0 => inflate::Inflated {
            bytes: packed[..packed.len().min(limit)].to_vec(),
            is_cut: packed.len() > limit,
            is_damaged: packed.len() < entry.packed && entry.packed != usize::MAX,
        },
        8 => inflate::deflate(packed, limit),
        method => {
            let reason = format!("the entry is packed by method {method}, which is not read");
            opener.unread(host, &step, Some(entry.unpacked as u64), &reason);
            return;
        }
    };
    opener.budget.take_bytes(inflated.bytes.len());
    if is_bomb(packed.len(), inflated.bytes.len().max(if inflated.is_cut { entry.unpacked } else { 0 }) as u64) {
        let detail = format!("{} bytes become {} or more", packed.len(), inflated.bytes.len());
        opener.fact(host, &step, FactKind::Bomb, detail);
    }
    if inflated.is_cut {
        opener.unread(host, &step, Some(entry.unpacked as u64), "the entry is larger than what is read of one");
    } else if inflated.is_damaged || crc_of(&inflated.bytes) != entry.crc && entry.crc != 0 {
        opener.unread(host, &step, Some(entry.unpacked as u64), "the entry is damaged, it was read as far as it goes");
    }
    let content = if entry.is_link {
        names.note_link(&entry.name);
        FileContent::Symlink(String::from_utf8_lossy(&inflated.bytes[..inflated.bytes.len().min(4_096)]).into_owned())
    } else {
        FileContent::Bytes(inflated.bytes)
    };
    if is_document {
        office::add_words(opener, &path, &content, host);
    }
    opener.add(Member { step, path, content, is_executable: entry.is_executable, host });
}

/// Returns where the entry's data begin, if its local header is where the directory says.
fn data_of(bytes: &[u8], entry: &Entry) -> Option<usize> {
    let at = entry.header;
    let is_header = bytes.get(at..)?.starts_with(LOCAL) && at + 30 <= bytes.len();
    let data = at + 30 + number(bytes, at + 26, 2) + number(bytes, at + 28, 2);
    (is_header && data <= bytes.len()).then_some(data)
}

/// Notes entries that share their bytes, and entries that the directory leaves out.
fn note_overlaps(opener: &mut Opener<'_>, bytes: &[u8], entries: &[Entry], end: Option<End>, host: &Host) {
    let Some(end) = end else { return };
    let mut ranges: Vec<(usize, usize)> = entries
        .iter()
        .filter_map(|entry| Some((entry.header, data_of(bytes, entry)?.saturating_add(entry.packed))))
        .collect();
    ranges.sort_unstable();
    let mut reached = end.base;
    for (start, stop) in ranges.iter().copied().chain([(end.directory, end.directory)]) {
        // Empty entries and a header that is shared are the same trick.
        if start < reached && start != end.directory {
            opener.fact(host, "", FactKind::Bomb, "entries of the archive share the same bytes");
            return;
        }
        let gap = bytes.get(reached..start).unwrap_or_default();
        if gap.len() > 30 && entries.len() < ENTRIES && memchr::memmem::find(gap, LOCAL).is_some() {
            opener.fact(host, "", FactKind::Ambiguous, "an entry is in the archive and not in its directory");
        }
        reached = reached.max(stop);
    }
}

fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Reads a little-endian number of up to four bytes; 0 where the file ends before it.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let digits = at.checked_add(length).and_then(|end| bytes.get(at..end)).unwrap_or_default();
    digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit))
}

fn text(bytes: &[u8], at: usize, length: usize) -> String {
    let end = at.saturating_add(length).min(bytes.len());
    String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default()).into_owned()
}
