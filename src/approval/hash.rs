//! Hashes open files within the limits.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::error::WalkError;
use super::first_pass::changed;
use super::limits;
use super::system::{Status, status_of_open};
use super::walk::{Head, Moment, Watch};
use crate::skill::Sha256Digest;

/// What was read of a file.
pub(super) struct Hashed {
    /// The status of the open file, before anything was read.
    pub status: Status,
    pub sha256: Sha256Digest,
    /// Its first bytes, where they were asked for.
    pub head: Option<Head>,
    /// All of them, where they were asked for.
    pub content: Option<Vec<u8>>,
}

/// What is kept of one file.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub head: bool,
    pub content: bool,
}

/// Bytes of one read.
const CHUNK_BYTES: usize = 128 * 1024;
/// Bytes that are kept of SKILL.md: a block and its marks.
const HEAD_BYTES: usize = limits::FRONTMATTER_BYTES + 16;

/// Hashes files, and counts the bytes of all of them.
pub(super) struct Hasher {
    total_bytes: AtomicU64,
}

impl Hasher {
    pub fn new() -> Self {
        Self { total_bytes: AtomicU64::new(0) }
    }

    /// Refuses a file of a size that cannot be measured, before it is opened.
    pub fn admit(&self, size_bytes: u64, path: &str) -> Result<(), WalkError> {
        if size_bytes > limits::FILE_BYTES {
            return Err(too_large(path));
        }
        if self.total_bytes.load(Ordering::Relaxed) + size_bytes > limits::TOTAL_BYTES {
            return Err(too_much(path));
        }
        Ok(())
    }

    /// Hashes an open file that was `seen` before it was opened, and no byte beyond a limit,
    /// however fast it grows.
    pub fn hash(
        &self,
        mut file: File,
        seen: &Status,
        path: &str,
        kept: Kept,
        watch: Watch<'_>,
    ) -> Result<Hashed, WalkError> {
        let unreadable = |source| WalkError::Unreadable { path: path.to_owned(), source };
        let status = status_of_open(&file).map_err(unreadable)?;
        if !status.is_same_entry(seen) {
            return Err(changed(path, "something else took its place"));
        }
        self.admit(status.size_bytes, path)?;
        watch(Moment::Opened(path));
        let mut hasher = Sha256::new();
        let mut head = kept.head.then(Head::default);
        let mut content = kept.content.then(Vec::new);
        let expected = usize::try_from(status.size_bytes).unwrap_or(CHUNK_BYTES);
        // One byte more than expected, so that the end is met in the first read.
        let mut chunk = vec![0; expected.saturating_add(1).min(CHUNK_BYTES)];
        let mut count = 0_u64;
        loop {
            let length = match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            count += length as u64;
            if count > limits::FILE_BYTES {
                return Err(too_large(path));
            }
            if self.total_bytes.fetch_add(length as u64, Ordering::Relaxed) + length as u64 > limits::TOTAL_BYTES {
                return Err(too_much(path));
            }
            hasher.update(&chunk[..length]);
            if let Some(content) = &mut content {
                content.extend_from_slice(&chunk[..length]);
            }
            if let Some(head) = &mut head {
                let room = HEAD_BYTES - head.bytes.len();
                head.bytes.extend_from_slice(&chunk[..length.min(room)]);
            }
        }
        if count != status.size_bytes {
            return Err(changed(path, "it has another size than before"));
        }
        if let Some(head) = &mut head {
            head.is_whole = head.bytes.len() as u64 == count;
        }
        Ok(Hashed { status, sha256: Sha256Digest::from_bytes(hasher.finalize().into()), head, content })
    }
}

fn too_large(path: &str) -> WalkError {
    let what = "a file of more bytes than can be measured";
    WalkError::Limit { what, path: path.to_owned(), limit: limits::FILE_BYTES }
}

fn too_much(path: &str) -> WalkError {
    let what = "more bytes in all files than can be measured";
    WalkError::Limit { what, path: path.to_owned(), limit: limits::TOTAL_BYTES }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::super::system::status_at;
    use super::*;

    const NOTHING: Kept = Kept { head: false, content: false };

    fn hasher(total_bytes: u64) -> Hasher {
        Hasher { total_bytes: AtomicU64::new(total_bytes) }
    }

    #[test]
    fn the_bytes_of_all_files_are_bounded_before_and_while_they_are_read() {
        let all_but_ten = hasher(limits::TOTAL_BYTES - 10);
        assert!(all_but_ten.admit(10, "x").is_ok());
        assert!(matches!(all_but_ten.admit(11, "x"), Err(WalkError::Limit { limit: limits::TOTAL_BYTES, .. })));

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x");
        std::fs::write(&path, "three").expect("a file");
        let seen = status_at(&path).expect("a status");
        let open = || File::open(&path).expect("the file opens");
        let hashed = all_but_ten.hash(open(), &seen, "x", NOTHING, &|_| {}).expect("five bytes are admitted");
        assert_eq!(hashed.sha256, Sha256Digest::of(b"three"));
        // Five more are left, and the file grows once it is open.
        let result = all_but_ten.hash(open(), &seen, "x", NOTHING, &|_| {
            let mut file = OpenOptions::new().append(true).open(&path).expect("the file opens");
            file.write_all(b"more").expect("bytes");
        });
        assert!(matches!(result, Err(WalkError::Limit { limit: limits::TOTAL_BYTES, .. })));
    }
}
