//! Reading a file that somebody else may have put there: regular, and of bounded size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why a path below a folder is not followed.
pub(super) const LEADS_OUT: &str = "it leads out of the folder in which it lies, through a link";

/// Tells whether an error says that nothing is there: no entry of this name, or a file where a
/// folder would have to be, below which nothing can be. Whatever else is wrong, such as a
/// permission or a link that leads to itself, something may be there.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns where the entry `path` below `folder`, itself without links, really is; nothing where
/// there is none. A link that leads nowhere or out of the folder is an error rather than nothing.
pub(super) fn real_path(folder: &Path, path: &str) -> io::Result<Option<PathBuf>> {
    let entry = folder.join(path);
    match fs::symlink_metadata(&entry) {
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    let real_path = entry.canonicalize()?;
    if real_path.starts_with(folder) { Ok(Some(real_path)) } else { Err(io::Error::other(LEADS_OUT)) }
}

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
        Err(error) if is_absent(&error) => return Ok(None),
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
