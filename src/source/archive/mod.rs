//! Skills in an archive: `.tar`, `.tar.gz` and `.zip`.
//!
//! An archive is read into memory within bounds and never onto the disk. Where two programs
//! could unpack one archive to different files, or one of them outside of its folder, the whole
//! archive is refused: nobody could say which bytes a verdict is about. What merely cannot be
//! read (a link, a device, an encrypted or too large file) is listed as unread.
//! Start at [`unpack`].

mod error;
mod names;
mod stream;
mod tar;
#[cfg(test)]
mod tests;
mod unpacked;
mod zip;

pub(super) use error::ArchiveError;
pub(super) use stream::ArchiveStream;
pub use stream::is_archive_name;
pub(super) use unpacked::{ArchiveBounds, Unpacked, unpack};
