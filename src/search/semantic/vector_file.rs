//! The vectors of one model on disk, found by the fingerprint of what was embedded.
//!
//! The file is a cache: what is missing in it is embedded again from the stored text.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::VectorTable;
use super::persistence::{FileReader, FileWriter, read_checked, write_checked};

const MAGIC: &[u8; 8] = b"tmvec\0\0\x01";

/// Writes the vectors that `rows` names by fingerprint, table and row.
///
/// # Errors
/// Fails where the folder cannot be written.
pub(in crate::search) fn save_vectors<'a>(
    folder: &Path,
    version: &str,
    dimensions: usize,
    rows: impl Iterator<Item = (u64, &'a VectorTable, usize)>,
) -> io::Result<()> {
    let (mut fingerprints, mut values) = (Vec::new(), Vec::new());
    for (fingerprint, table, row) in rows {
        fingerprints.push(fingerprint);
        values.extend_from_slice(table.values(row));
    }
    let mut writer = FileWriter::new(MAGIC);
    writer.u64(dimensions as u64);
    writer.u64(fingerprints.len() as u64);
    writer.u64s(&fingerprints);
    writer.i8s(&values);
    write_checked(&path(folder, version), writer.finish())
}

/// Reads the vectors of a model and the row of each fingerprint; `None` where they are missing,
/// damaged or of another length.
pub(in crate::search) fn load_vectors(
    folder: &Path,
    version: &str,
    dimensions: usize,
) -> Option<(VectorTable, HashMap<u64, usize>)> {
    let bytes = read_checked(&path(folder, version))?;
    let mut reader = FileReader::new(&bytes, MAGIC)?;
    if usize::try_from(reader.u64()?).ok()? != dimensions {
        return None;
    }
    let count = usize::try_from(reader.u64()?).ok()?;
    let rows = reader.u64s(count)?.into_iter().zip(0..).collect();
    let values = reader.i8s(count.checked_mul(dimensions)?)?;
    Some((VectorTable::from_values(dimensions, values), rows))
}

fn path(folder: &Path, version: &str) -> PathBuf {
    folder.join(format!("vectors-{version}.bin"))
}
