//! Records on disk: where they lie, how they are read, and how they come to be there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::RecordError;
use super::limits;
use super::record::{ApprovalId, ApprovalRecord};

/// Where a project keeps its records, below its own folder. The first is where new ones go.
pub const STORES: [&str; 2] = [".sigildex/approvals", ".touchmark/approvals"];
/// How the name of a record ends.
const SUFFIX: &str = ".lock.json";

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordFileError {
    /// The file cannot be read.
    #[error("cannot read the approval record `{path}`: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no record that can be used.
    #[error("`{path}` is no valid approval record: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: RecordError,
    },
}

/// Returns the name of the file of a record.
pub fn record_file_name(id: &ApprovalId) -> String {
    format!("{id}{SUFFIX}")
}

/// Returns the id that a file of this name must hold.
pub fn record_id(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(SUFFIX)
}

/// Reads the record at a path, whatever its file is called.
///
/// # Errors
/// Fails where the file cannot be read, and where what it holds is no record.
pub fn read_record(path: &Path) -> Result<ApprovalRecord, RecordFileError> {
    let shown = || path.display().to_string();
    let bytes = read_bytes(path).map_err(|source| RecordFileError::Unreadable { path: shown(), source })?;
    ApprovalRecord::parse(&bytes).map_err(|source| RecordFileError::Invalid { path: shown(), source })
}

/// Finds the records of a project in byte order of their paths; none where it has no store.
///
/// # Errors
/// Fails where a store is there and cannot be listed.
pub fn find_records(project: &Path) -> Result<Vec<PathBuf>, RecordFileError> {
    let mut records = Vec::new();
    for store in STORES {
        let store = project.join(store);
        let unreadable = |source| RecordFileError::Unreadable { path: store.display().to_string(), source };
        let entries = match fs::read_dir(&store) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listed => listed.map_err(unreadable)?,
        };
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(SUFFIX.as_bytes())) {
                records.push(path);
            }
        }
    }
    records.sort();
    Ok(records)
}

/// Writes a record whole or not at all: what was there before stays until the new one is
/// complete on disk. The folder must exist.
///
/// # Errors
/// Fails where the file cannot be written.
pub fn write_record(path: &Path, json: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".touchmark-");
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt;
        // What the user's mask leaves of it, as for any other file that is checked in.
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(mode);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(json.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    // A FIFO would hold the reader before it could be recognised by its open descriptor.
    let listed = fs::metadata(path)?;
    if !listed.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limits::RECORD_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::RECORD_BYTES {
        return Err(io::Error::other(format!("it has more than {} bytes", limits::RECORD_BYTES)));
    }
    Ok(bytes)
}
