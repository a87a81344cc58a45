//! The vectors of one model on disk, found by the fingerprint of what was embedded.
//!
//! The file is a cache: what is missing in it is embedded again from the stored text. It only
//! grows at its end, one checked chunk at a time, so that a kill costs no more than the chunk
//! that was being written; an empty chunk says that every record had its vector by then.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::VectorTable;
use crate::skill::Sha256Digest;

const MAGIC: &[u8; 8] = b"tmvec\0\0\x02";
/// Bytes of the mark and the dimensions.
const HEADER_BYTES: u64 = 16;
/// Bytes of the digest that ends a chunk.
const DIGEST_BYTES: usize = 32;

/// Where the vectors of a model are kept.
#[derive(Debug, Clone)]
pub(in crate::search) struct VectorLog {
    path: PathBuf,
    dimensions: usize,
}

/// What a log holds.
pub(in crate::search) struct LoggedVectors {
    pub(in crate::search) table: VectorTable,
    /// The row of each fingerprint; a row without a vector belongs to a text that has none.
    pub(in crate::search) rows: HashMap<u64, usize>,
    /// Whether every record of the index once had its vector here.
    pub(in crate::search) was_complete: bool,
    valid_bytes: u64,
}

impl VectorLog {
    /// Names the log of a model in a folder.
    pub(in crate::search) fn new(folder: &Path, version: &str, dimensions: usize) -> Self {
        Self { path: folder.join(format!("vectors-{version}.bin")), dimensions }
    }

    /// Returns the length of the file where its last writer came to an end; a file that is
    /// being written has none.
    pub(in crate::search) fn finished_bytes(&self) -> Option<u64> {
        let mut file = File::open(&self.path).ok()?;
        let length = file.metadata().ok()?.len();
        let mark = chunk(&[], &[]);
        file.seek(SeekFrom::Start(length.checked_sub(mark.len() as u64)?)).ok()?;
        let mut end = vec![0; mark.len()];
        file.read_exact(&mut end).ok()?;
        (end == mark).then_some(length)
    }

    /// Reads the vectors; `None` where there is no file, or one of another format or length of
    /// vectors. What follows a damaged chunk is left out.
    pub(in crate::search) fn load(&self) -> Option<LoggedVectors> {
        let bytes = fs::read(&self.path).ok()?;
        let mut rest = bytes.strip_prefix(MAGIC)?;
        if usize::try_from(take_u64(&mut rest)?).ok()? != self.dimensions {
            return None;
        }
        let (mut rows, mut values, mut was_complete) = (HashMap::new(), Vec::new(), false);
        let mut valid_bytes = HEADER_BYTES;
        while let Some((fingerprints, chunk_values, left)) = self.split_chunk(rest) {
            was_complete |= fingerprints.is_empty();
            valid_bytes += (rest.len() - left.len()) as u64;
            for fingerprint in fingerprints.as_chunks::<8>().0 {
                let row = rows.len();
                rows.entry(u64::from_le_bytes(*fingerprint)).or_insert(row);
            }
            // Never twice the same fingerprint, so rows and values stay in step.
            values.extend(chunk_values.iter().map(|byte| i8::from_le_bytes([*byte])));
            rest = left;
        }
        let table = VectorTable::from_values(self.dimensions, values);
        (table.row_count() == rows.len()).then_some(LoggedVectors { table, rows, was_complete, valid_bytes })
    }

    /// Starts writing after the last whole chunk. The caller sees to it that nobody else does.
    ///
    /// # Errors
    /// Fails where the file cannot be made.
    pub(in crate::search) fn writer(&self, known: Option<&LoggedVectors>) -> io::Result<VectorLogWriter> {
        if known.is_none() {
            self.replace(&[])?;
        }
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        file.set_len(known.map_or(HEADER_BYTES, |known| known.valid_bytes))?;
        file.seek(SeekFrom::End(0))?;
        Ok(VectorLogWriter { file })
    }

    /// Writes a log of one chunk, complete, in the place of what was there.
    ///
    /// # Errors
    /// Fails where the folder cannot be written.
    pub(in crate::search) fn rewrite<'a>(
        &self,
        rows: impl Iterator<Item = (u64, &'a VectorTable, usize)>,
    ) -> io::Result<()> {
        let (mut fingerprints, mut values) = (Vec::new(), Vec::new());
        let mut seen = std::collections::HashSet::new();
        for (fingerprint, table, row) in rows.filter(|(fingerprint, ..)| seen.insert(*fingerprint)) {
            fingerprints.push(fingerprint);
            values.extend_from_slice(table.values(row));
        }
        let content = if fingerprints.is_empty() { Vec::new() } else { chunk(&fingerprints, &values) };
        self.replace(&[content, chunk(&[], &[])].concat())
    }

    fn replace(&self, chunks: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&(self.dimensions as u64).to_le_bytes())?;
        file.write_all(chunks)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Splits the first chunk off: fingerprints, values, and what follows; `None` where it is
    /// not whole.
    fn split_chunk<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
        let mut rest = bytes;
        let count = usize::try_from(take_u64(&mut rest)?).ok()?;
        let (fingerprints, rest) = rest.split_at_checked(count.checked_mul(8)?)?;
        let (values, rest) = rest.split_at_checked(count.checked_mul(self.dimensions)?)?;
        let content = &bytes[..bytes.len() - rest.len()];
        let (digest, rest) = rest.split_at_checked(DIGEST_BYTES)?;
        (Sha256Digest::of(content).as_bytes()[..] == *digest).then_some((fingerprints, values, rest))
    }
}

/// Writes at the end of a log.
pub(in crate::search) struct VectorLogWriter {
    file: File,
}

impl VectorLogWriter {
    /// Writes vectors, one after the other, that are not in the log yet; they are on the disk
    /// when this returns.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub(in crate::search) fn append(&mut self, fingerprints: &[u64], values: &[i8]) -> io::Result<()> {
        self.file.write_all(&chunk(fingerprints, values))?;
        self.file.sync_data()
    }

    /// Says that every record of the index has its vector in the log.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub(in crate::search) fn mark_complete(mut self) -> io::Result<()> {
        self.append(&[], &[])
    }
}

fn chunk(fingerprints: &[u64], values: &[i8]) -> Vec<u8> {
    let mut bytes = (fingerprints.len() as u64).to_le_bytes().to_vec();
    bytes.extend(fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    bytes.extend(values.iter().map(|value| value.to_le_bytes()[0]));
    let digest = Sha256Digest::of(&bytes);
    bytes.extend_from_slice(digest.as_bytes());
    bytes
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &Path) -> VectorLog {
        VectorLog::new(folder, "v", 2)
    }

    fn fingerprints(logged: Option<LoggedVectors>) -> Option<(Vec<u64>, bool)> {
        let logged = logged?;
        let mut fingerprints: Vec<u64> = logged.rows.keys().copied().collect();
        fingerprints.sort_unstable();
        Some((fingerprints, logged.was_complete))
    }

    #[test]
    fn what_was_appended_is_there_and_a_torn_end_costs_one_chunk() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = log(folder.path());
        assert_eq!((fingerprints(log.load()), log.finished_bytes()), (None, None));
        let mut writer = log.writer(None).expect("a writer");
        writer.append(&[7, 8], &[1, 2, 3, 4]).expect("written");
        writer.append(&[9], &[0, 0]).expect("written");
        assert_eq!((fingerprints(log.load()), log.finished_bytes()), (Some((vec![7, 8, 9], false)), None));
        let whole = fs::read(&log.path).expect("read");
        for cut in 1..whole.len() - 16 {
            fs::write(&log.path, &whole[..whole.len() - cut]).expect("written");
            let kept = log.load().expect("the header is whole");
            assert!(kept.rows.len() < 3 && kept.rows.len() != 1, "{cut} bytes are missing");
            let mut writer = log.writer(Some(&kept)).expect("a writer");
            writer.append(&[10], &[5, 6]).expect("written");
            writer.mark_complete().expect("written");
            let again = log.load().expect("read");
            assert_eq!(again.table.values(again.rows[&10]), [5, 6]);
            assert_eq!((again.rows.len(), again.was_complete), (kept.rows.len() + 1, true));
            assert!(log.finished_bytes().is_some());
        }
    }

    #[test]
    fn another_format_or_length_is_no_log_and_a_rewritten_one_is_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = log(folder.path());
        let table = VectorTable::from_values(2, vec![1, 2, 3, 4]);
        log.rewrite([(5, &table, 1), (6, &table, 0), (5, &table, 0)].into_iter()).expect("written");
        let logged = log.load().expect("read");
        assert_eq!(
            (logged.table.values(logged.rows[&5]), logged.rows.len(), logged.was_complete),
            (&[3, 4][..], 2, true)
        );
        assert!(VectorLog::new(folder.path(), "v", 3).load().is_none());
        fs::write(&log.path, b"garbage").expect("written");
        assert!(log.load().is_none());
    }
}
