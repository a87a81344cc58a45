//! A file that somebody uploaded, and what is in it.

use crate::skill::{FileContent, RawBundle, RawFile};

use super::SourceError;
use super::archive::{ArchiveBounds, unpack};

/// What a file is, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadKind {
    /// A zip or tar archive, plain or with gzip: its files are scanned.
    Archive,
    /// A format that packs files and that nothing here unpacks.
    ForeignArchive(&'static str),
    /// One file.
    File,
}

/// How the formats begin that are not unpacked.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"MSCF", "cabinet"),
    (b"!<arch>\n", "ar"),
    (b"xar!", "xar"),
];

impl UploadKind {
    /// Tells what a file is.
    pub fn of(bytes: &[u8], name: &str) -> Self {
        if let Some((_, format)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Self::ForeignArchive(format);
        }
        // Office documents are zip archives as well, and the scanner opens them as what they are.
        let name = name.to_ascii_lowercase();
        let is_document = [".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".docm", ".xlsm", ".pptm"]
            .iter()
            .any(|ending| name.ends_with(ending));
        let is_zip = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
        let is_tar = bytes.get(257..262) == Some(b"ustar");
        let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
        let is_packed_tar = is_gzip && [".tar.gz", ".tgz", ".skill"].iter().any(|ending| name.ends_with(ending));
        if (is_zip && !is_document) || is_tar || is_packed_tar { Self::Archive } else { Self::File }
    }
}

/// Returns the files of an uploaded archive, below the one folder that holds them all where
/// there is one.
///
/// # Errors
/// Fails where the archive is damaged, beyond the bounds of a skill, or packed so that programs
/// would unpack it to different files or outside of its folder.
pub fn unpack_upload(bytes: &[u8], name: &str) -> Result<RawBundle, SourceError> {
    let unpacked = unpack(bytes, ArchiveBounds::SKILL).map_err(|error| error.of_source(name))?;
    Ok(below_common_folder(unpacked.all_files()))
}

/// Returns an uploaded file by itself.
pub fn single_upload(bytes: Vec<u8>, path: &str) -> RawBundle {
    let file = RawFile { path: path.to_owned(), content: FileContent::Bytes(bytes), is_executable: false };
    RawBundle { files: vec![file], unread: Vec::new() }
}

fn below_common_folder(mut raw: RawBundle) -> RawBundle {
    let folder_of = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
    let Some(folder) = raw.files.first().and_then(|file| folder_of(&file.path)) else { return raw };
    if raw.files.iter().all(|file| folder_of(&file.path).as_ref() == Some(&folder)) {
        for file in &mut raw.files {
            file.path.drain(..=folder.len());
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_how_they_begin() {
        let tar = [vec![0; 257], b"ustar\0".to_vec()].concat();
        let rows: Vec<(&[u8], &str, UploadKind)> = vec![
            (b"PK\x03\x04rest", "a.zip", UploadKind::Archive),
            (b"PK\x03\x04rest", "a.docx", UploadKind::File),
            (b"PK\x03\x04rest", "a.txt", UploadKind::Archive),
            (&tar, "a", UploadKind::Archive),
            (b"\x1f\x8b\x08", "a.tar.gz", UploadKind::Archive),
            (b"\x1f\x8b\x08", "notes.gz", UploadKind::File),
            (b"7z\xbc\xaf\x27\x1c", "a.zip", UploadKind::ForeignArchive("7z")),
            (b"", "a.zip", UploadKind::File),
            (b"# Skill", "SKILL.md", UploadKind::File),
        ];
        for (bytes, name, expected) in rows {
            assert_eq!(UploadKind::of(bytes, name), expected, "{name}");
        }
    }

    #[test]
    fn the_folder_that_holds_everything_is_left_out() {
        let raw = |paths: &[&str]| RawBundle {
            files: paths.iter().flat_map(|path| single_upload(b"x".to_vec(), path).files).collect(),
            unread: Vec::new(),
        };
        let paths = |raw: RawBundle| raw.files.into_iter().map(|file| file.path).collect::<Vec<_>>();
        assert_eq!(paths(below_common_folder(raw(&["a/SKILL.md", "a/b/c"]))), ["SKILL.md", "b/c"]);
        assert_eq!(paths(below_common_folder(raw(&["a/x", "b"]))), ["a/x", "b"]);
        assert_eq!(paths(below_common_folder(raw(&[]))), [""; 0]);
    }
}
