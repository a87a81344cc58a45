//! What a file is, by its bytes.

use crate::scan::capability::is_native;
use crate::skill::BundlePath;

/// A format that holds something, or that nobody here can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Zip,
    Gzip,
    Tar,
    Notebook,
    Bytecode,
    Pdf,
    Picture(Picture),
    Svg,
    Native,
    /// A container that is not opened, with the name of its format.
    Closed(&'static str),
}

/// Pictures of which the end can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    Png,
    Jpeg,
    Gif,
    Webp,
}

/// First bytes of containers that are not opened.
const CLOSED: &[(&[u8], &str)] = &[
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP", "lzip"),
    (b"MSCF", "cab"),
    (b"xar!", "pkg"),
    (b"!<arch>\n", "ar or deb"),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document or msi"),
];

impl Format {
    /// Returns the format of `bytes`; the path only helps where texts have no magic number.
    pub(super) fn of(path: &BundlePath, bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let extension = path.extension();
        let extension = extension.as_deref();
        if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08PK") || starts(b"PK\x01\x02") {
            return Some(Self::Zip);
        }
        if starts(b"\x1f\x8b") {
            return Some(Self::Gzip);
        }
        if bytes.get(257..262) == Some(b"ustar") {
            return Some(Self::Tar);
        }
        if starts(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Picture(Picture::Png));
        }
        if starts(b"\xff\xd8\xff") {
            return Some(Self::Picture(Picture::Jpeg));
        }
        if starts(b"GIF87a") || starts(b"GIF89a") {
            return Some(Self::Picture(Picture::Gif));
        }
        if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::Picture(Picture::Webp));
        }
        if memchr::memmem::find(&bytes[..bytes.len().min(1_024)], b"%PDF-").is_some() && !starts(b"<") {
            return Some(Self::Pdf);
        }
        if is_native(Some(bytes)) {
            return Some(Self::Native);
        }
        if let Some((_, name)) = CLOSED.iter().find(|(magic, _)| starts(magic)) {
            return Some(Self::Closed(name));
        }
        if bytes.get(32_769..32_774) == Some(b"CD001") {
            return Some(Self::Closed("iso"));
        }
        if bytes.len() >= 512 && bytes[bytes.len() - 512..].starts_with(b"koly") {
            return Some(Self::Closed("dmg"));
        }
        // Bytecode begins with a number of two bytes and a line end, which a text could too.
        let is_bytecode =
            bytes.get(2..4) == Some(b"\r\n") && bytes.len() > 16 && memchr::memchr(0, &bytes[..16]).is_some();
        if is_bytecode || matches!(extension, Some("pyc" | "pyo")) {
            return Some(Self::Bytecode);
        }
        match extension {
            Some("ipynb") => Some(Self::Notebook),
            Some("svg") => Some(Self::Svg),
            Some("tar") => Some(Self::Tar),
            _ => None,
        }
    }

    /// Tells whether the file's own bytes are no text, even where they look like one.
    pub(super) fn is_opaque(self) -> bool {
        !matches!(self, Self::Notebook | Self::Svg)
    }
}
