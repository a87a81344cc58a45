//! Reads one regular file without following links and without waiting for anything.

use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::skill::limits;

/// Reads a regular file that was listed with `listed`; what was put in its place since is refused.
pub(super) fn read_file(path: &Path, listed: &Metadata) -> Result<Vec<u8>, String> {
    if !listed.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = open_without_blocking(path).map_err(|error| error.to_string())?;
    let opened = file.metadata().map_err(|error| error.to_string())?;
    if !opened.is_file() || !is_same_file(listed, &opened) {
        return Err("the file was replaced while it was read".to_owned());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(listed.len().min(limits::FILE_BYTES)).unwrap_or(0));
    file.take(listed.len() + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 != listed.len() {
        return Err("the file changed while it was read".to_owned());
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open_without_blocking(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // O_NONBLOCK: a FIFO that took the place of a file since it was listed must not hold the
    // reader. The value is that of the system's headers; zero where it is not known for sure.
    const O_NONBLOCK: i32 = if cfg!(all(
        any(target_os = "linux", target_os = "android"),
        any(
            target_arch = "x86_64",
            target_arch = "x86",
            target_arch = "aarch64",
            target_arch = "arm",
            target_arch = "riscv64"
        )
    )) {
        0o4000
    } else if cfg!(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd")) {
        4
    } else {
        0
    };
    OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_without_blocking(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn is_same_file(left: &Metadata, right: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (left.dev(), left.ino()) == (right.dev(), right.ino())
}

#[cfg(not(unix))]
fn is_same_file(left: &Metadata, right: &Metadata) -> bool {
    left.len() == right.len()
}

#[cfg(unix)]
pub(super) fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn is_executable(_: &Metadata) -> bool {
    false
}
