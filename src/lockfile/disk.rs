//! Reading a file that somebody else may have put there: regular, and of bounded size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Reads a file of at most `limit` bytes; nothing where there is none.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let too_large = || io::Error::other(format!("it has more than {limit} bytes"));
    let (bytes, is_whole) = match read_head(path, limit)? {
        None => return Ok(None),
        Some(read) => read,
    };
    if is_whole { Ok(Some(bytes)) } else { Err(too_large()) }
}

/// Reads the first bytes of a file, and tells whether they are all of it.
pub(super) fn read_head(path: &Path, limit: u64) -> io::Result<Option<(Vec<u8>, bool)>> {
    // A FIFO would hold the reader before it could be recognised by its open descriptor.
    match fs::metadata(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("it is not a regular file")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 <= limit;
    bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Some((bytes, is_whole)))
}
