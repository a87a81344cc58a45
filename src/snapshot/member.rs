//! The members of the archive: each has exactly one header that can stand before it.

use tar::{EntryType, Header};

/// Bytes of a header, and what contents are filled up to.
pub const MEMBER_BLOCK: usize = 512;

/// Returns the header of a member: the same for everybody, with no time, owner or other
/// choice in it. A reader compares it byte by byte and interprets nothing.
pub(super) fn header(name: &str, size_bytes: u64) -> [u8; MEMBER_BLOCK] {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size_bytes);
    header.set_path(name).expect("names of members are short and plain");
    header.set_cksum();
    *header.as_bytes()
}

/// Returns a whole member: header, content, and zeros up to the next block.
pub fn member(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 2 * MEMBER_BLOCK);
    bytes.extend_from_slice(&header(name, content.len() as u64));
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(MEMBER_BLOCK), 0);
    bytes
}

/// Returns what ends an archive: two blocks of zeros.
pub fn archive_end() -> [u8; 2 * MEMBER_BLOCK] {
    [0; 2 * MEMBER_BLOCK]
}

/// Returns the size that a header names, where it can be read at all.
pub(super) fn size_of(block: &[u8; MEMBER_BLOCK]) -> Option<u64> {
    Header::from_byte_slice(block).entry_size().ok()
}
