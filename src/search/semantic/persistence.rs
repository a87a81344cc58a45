//! Files that are whole or absent: written aside, checked by digest, renamed into place.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::skill::Sha256Digest;

/// Bytes of the digest at the end of a file.
const CHECKSUM_BYTES: usize = 32;

/// Writes `content` and its digest to `path`, so that a reader sees the old file or the new.
pub(super) fn write_checked(path: &Path, mut content: Vec<u8>) -> io::Result<()> {
    let checksum = Sha256Digest::of(&content);
    content.extend_from_slice(checksum.as_bytes());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Reads a file that [`write_checked`] wrote, without its digest; `None` where it is absent or
/// damaged.
pub(super) fn read_checked(path: &Path) -> Option<Vec<u8>> {
    let mut content = fs::read(path).ok()?;
    let checksum = content.split_off(content.len().checked_sub(CHECKSUM_BYTES)?);
    (Sha256Digest::of(&content).as_bytes()[..] == checksum).then_some(content)
}

/// Versions of which the vectors are kept beside those in use: a model that is taken back, and
/// one that another process is set up with, need not embed everything again.
const OTHER_VERSIONS: usize = 2;
/// How long a file without its name may be what another process is writing.
const UNNAMED_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// What the names of vectors begin with.
const VECTORS: &str = "vectors-";

/// Removes the files of versions that are neither among `used` nor the youngest of the others,
/// and what was never renamed; a file that stays is only in the way of the disk.
pub(in crate::search) fn remove_outdated(folder: &Path, used: &[&str]) {
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let is_used = |name: &str| used.iter().any(|version| name.contains(version)) || name.ends_with(".lock");
    let mut others: Vec<&fs::DirEntry> =
        entries.iter().filter(|entry| name(entry).starts_with(VECTORS) && !is_used(&name(entry))).collect();
    others.sort_by_key(|entry| std::cmp::Reverse(entry.metadata().and_then(|metadata| metadata.modified()).ok()));
    let kept: Vec<String> = others.into_iter().take(OTHER_VERSIONS).map(name).collect();
    for entry in &entries {
        let is_young = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < UNNAMED_AGE));
        let is_being_written = is_young && name(entry).starts_with('.');
        if !is_used(&name(entry)) && !kept.contains(&name(entry)) && !is_being_written {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Numbers, little endian, after a mark that names the format.
pub(super) struct FileWriter {
    bytes: Vec<u8>,
}

impl FileWriter {
    pub(super) fn new(magic: &[u8; 8]) -> Self {
        Self { bytes: magic.to_vec() }
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64s(&mut self, values: &[u64]) {
        values.iter().for_each(|value| self.u64(*value));
    }

    pub(super) fn f32s(&mut self, values: &[f32]) {
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(super) fn i8s(&mut self, values: &[i8]) {
        self.bytes.extend(values.iter().map(|value| value.to_le_bytes()[0]));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads what a [`FileWriter`] wrote; `None` where the bytes end too early.
pub(super) struct FileReader<'a> {
    rest: &'a [u8],
}

impl<'a> FileReader<'a> {
    pub(super) fn new(bytes: &'a [u8], magic: &[u8; 8]) -> Option<Self> {
        Some(Self { rest: bytes.strip_prefix(magic)? })
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.u64s(1)?.first().copied()
    }

    pub(super) fn u64s(&mut self, count: usize) -> Option<Vec<u64>> {
        let bytes = self.take(count.checked_mul(8)?)?;
        Some(bytes.as_chunks::<8>().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect())
    }

    pub(super) fn f32s(&mut self, count: usize) -> Option<Vec<f32>> {
        let bytes = self.take(count.checked_mul(4)?)?;
        Some(bytes.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect())
    }

    pub(super) fn i8s(&mut self, count: usize) -> Option<Vec<i8>> {
        Some(self.take(count)?.iter().map(|byte| i8::from_le_bytes([*byte])).collect())
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.bin");
        assert_eq!(read_checked(&path), None);
        write_checked(&path, b"content".to_vec()).expect("written");
        assert_eq!(read_checked(&path).as_deref(), Some(b"content".as_slice()));
        let whole = fs::read(&path).expect("read");
        for damaged in [&whole[..whole.len() - 1], &whole[1..], b"", &[&whole[..], b"x"].concat()] {
            fs::write(&path, damaged).expect("written");
            assert_eq!(read_checked(&path), None);
        }
    }

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let mut writer = FileWriter::new(b"testtest");
        writer.u64(7);
        writer.f32s(&[1.5, -2.0]);
        writer.i8s(&[-128, 0, 127]);
        let bytes = writer.finish();
        let mut reader = FileReader::new(&bytes, b"testtest").expect("the mark");
        assert_eq!(reader.u64(), Some(7));
        assert_eq!(reader.f32s(2), Some(vec![1.5, -2.0]));
        assert_eq!(reader.i8s(3), Some(vec![-128, 0, 127]));
        assert_eq!(reader.u64s(usize::MAX), None);
        assert!(FileReader::new(&bytes, b"anything").is_none());
    }
}
