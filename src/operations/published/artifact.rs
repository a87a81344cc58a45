//! From the files of a bundle to the one file that a client fetches.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use crate::skill::limits::PATH_BYTES;
use crate::skill::{BundlePath, FileContent, RawBundle, Sha256Digest, fold_case, sanitise_line};

/// Files in an archive: what the `skills` command line unpacks.
const ARCHIVE_FILES: usize = 1_000;
/// Bytes of all files of an archive: a fifth of what that client unpacks, and what it downloads
/// at most.
const ARCHIVE_BYTES: usize = 10 * 1024 * 1024;
/// The system that a gzip header names: unknown, so that every machine writes the same.
const UNKNOWN_SYSTEM: u8 = 255;

/// What a client fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactKind {
    /// SKILL.md alone, as it is.
    SkillMd,
    /// A gzip'd tar with SKILL.md at its root.
    Archive,
}

/// A skill as one file. The same files give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: Sha256Digest,
    /// The paths of the skill's files, SKILL.md first, the others in byte order.
    pub files: Vec<String>,
}

/// Why a skill is not handed out as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unservable {
    /// Not every file was read.
    #[error("not every file of it was read")]
    Incomplete,
    /// There is no SKILL.md of exactly this name at the root.
    #[error("it has no file that is called SKILL.md exactly")]
    NoInstructions,
    /// It holds symbolic links, which clients refuse.
    #[error("it holds symbolic links")]
    Links,
    /// A path that a client could take for a way out, or cannot write.
    #[error("it holds a path that clients refuse")]
    UnsafePath,
    /// It is larger than clients take.
    #[error("it has more than {ARCHIVE_FILES} files or {ARCHIVE_BYTES} bytes")]
    TooLarge,
}

impl Artifact {
    /// Packs a bundle: SKILL.md as it is where there is nothing else, an archive otherwise.
    ///
    /// # Errors
    /// Says why a client should not get it.
    pub fn of(raw: &RawBundle) -> Result<Self, Unservable> {
        let files = servable_files(raw)?;
        let names = files.iter().map(|file| file.path.to_owned()).collect();
        let (kind, bytes) = match files.as_slice() {
            [only] => (ArtifactKind::SkillMd, only.bytes.to_vec()),
            _ => (ArtifactKind::Archive, archive(&files)?),
        };
        Ok(Self { kind, digest: Sha256Digest::of(&bytes), bytes, files: names })
    }

    /// Packs a bundle as an archive, also where it is SKILL.md alone.
    ///
    /// # Errors
    /// Says why a client should not get it.
    pub fn archive_of(raw: &RawBundle) -> Result<Self, Unservable> {
        let files = servable_files(raw)?;
        let bytes = archive(&files)?;
        let names = files.iter().map(|file| file.path.to_owned()).collect();
        Ok(Self { kind: ArtifactKind::Archive, digest: Sha256Digest::of(&bytes), bytes, files: names })
    }
}

/// A file that may be handed out.
pub(super) struct ServableFile<'a> {
    pub path: &'a str,
    pub bytes: &'a [u8],
    is_executable: bool,
}

/// Checks the files of a bundle as the strictest known client does, and puts them in order.
pub(super) fn servable_files(raw: &RawBundle) -> Result<Vec<ServableFile<'_>>, Unservable> {
    if !raw.unread.is_empty() {
        return Err(Unservable::Incomplete);
    }
    if raw.files.len() > ARCHIVE_FILES || raw.size_bytes() > ARCHIVE_BYTES {
        return Err(Unservable::TooLarge);
    }
    let mut files = Vec::with_capacity(raw.files.len());
    for file in &raw.files {
        let FileContent::Bytes(bytes) = &file.content else { return Err(Unservable::Links) };
        if !is_safe_path(&file.path) {
            return Err(Unservable::UnsafePath);
        }
        files.push(ServableFile { path: &file.path, bytes, is_executable: file.is_executable });
    }
    files.sort_by_key(|file| (file.path != "SKILL.md", file.path));
    if files.first().is_none_or(|file| file.path != "SKILL.md") {
        return Err(Unservable::NoInstructions);
    }
    // On a file system that folds case, one would take the place of the other.
    let mut folded: Vec<String> = files.iter().map(|file| fold_case(file.path)).collect();
    folded.sort_unstable();
    if folded.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Unservable::UnsafePath);
    }
    Ok(files)
}

/// Clients refuse a whole index for one path with two dots in it, also where they lead nowhere,
/// what begins like a drive, and what a terminal would show otherwise.
fn is_safe_path(path: &str) -> bool {
    let begins_like_drive = path.as_bytes().get(1) == Some(&b':');
    let is_shown_as_it_is = sanitise_line(path, PATH_BYTES) == path;
    BundlePath::try_from(path).is_ok() && !path.contains("..") && !begins_like_drive && is_shown_as_it_is
}

fn archive(files: &[ServableFile<'_>]) -> Result<Vec<u8>, Unservable> {
    let mut tar = tar::Builder::new(Vec::new());
    for file in files {
        // ustar, because the reader of the `skills` command line knows no extension of it.
        let mut header = tar::Header::new_ustar();
        header.set_path(file.path).map_err(|_| Unservable::UnsafePath)?;
        header.set_size(file.bytes.len() as u64);
        header.set_mode(if file.is_executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        header.set_cksum();
        tar.append(&header, file.bytes).map_err(|_| Unservable::TooLarge)?;
    }
    let plain = tar.into_inner().map_err(|_| Unservable::TooLarge)?;
    let mut gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM).write(Vec::new(), Compression::default());
    gzip.write_all(&plain).and_then(|()| gzip.finish()).map_err(|_| Unservable::TooLarge)
}
