//! Pictures: where they end, what stands behind that, and the texts in their metadata.

use super::format::Picture;
use super::{FactKind, Host, Member, Opener, inflate, member};
use crate::skill::FileContent;

/// Bytes of metadata that are read of one picture.
const METADATA_BYTES: usize = 64 * 1024;
/// Bytes behind a picture that are padding.
const PADDING_BYTES: usize = 16;

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], kind: Picture, host: &Host) {
    let mut metadata = String::new();
    let end = match kind {
        Picture::Png => png_end(bytes, &mut metadata),
        Picture::Jpeg => jpeg_end(bytes, &mut metadata),
        Picture::Gif => gif_end(bytes),
        Picture::Webp => number_le(bytes, 4, 4).map(|size| size.saturating_add(8)),
    };
    opener.add_text(host, "metadata of the picture", "metadata.txt", metadata);
    let rest = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    let is_padding =
        rest.iter().all(|byte| matches!(byte, 0 | 0xff | b'\n' | b'\r' | b' ')) || rest.len() < PADDING_BYTES;
    // Phones put a second picture behind the first.
    if is_padding || rest.starts_with(b"\xff\xd8\xff") || rest.starts_with(b"\x89PNG") {
        return;
    }
    opener.fact(
        host,
        "",
        FactKind::Appended,
        format!("{} bytes after the end of the picture, {}", rest.len(), what(rest)),
    );
    let limit = opener.member_bytes();
    let content = FileContent::Bytes(rest[..rest.len().min(limit)].to_vec());
    let step = "bytes after the end of the picture".to_owned();
    opener.add(Member { step, path: member::checked_path("appended"), content, is_executable: false, host });
}

/// Names what bytes behind a picture are, for the evidence.
fn what(bytes: &[u8]) -> &'static str {
    let is_printable = |byte: &&u8| matches!(**byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let sample = &bytes[..bytes.len().min(512)];
    if bytes.starts_with(b"PK\x03\x04") {
        "a zip archive"
    } else if crate::scan::capability::is_native(Some(bytes)) {
        "a program"
    } else if bytes.starts_with(b"#!") || bytes.starts_with(b"<?php") || bytes.starts_with(b"<script") {
        "a script"
    } else if bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"Rar!") || bytes.starts_with(b"7z\xbc\xaf") {
        "an archive"
    } else if sample.iter().filter(is_printable).count() * 10 >= sample.len() * 9 {
        "a text"
    } else {
        "data of an unknown kind"
    }
}

fn png_end(bytes: &[u8], metadata: &mut String) -> Option<usize> {
    let mut at = 8;
    loop {
        let length = number_be(bytes, at, 4)?;
        let kind = bytes.get(at + 4..at + 8)?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let data = bytes.get(at + 8..end - 4)?;
        match kind {
            b"IEND" => return Some(end),
            b"tEXt" | b"iTXt" => push(metadata, data),
            b"zTXt" => {
                if let Some(packed) = data.iter().position(|byte| *byte == 0).and_then(|end| data.get(end + 2..)) {
                    push(metadata, &inflate::zlib(packed, METADATA_BYTES).bytes);
                }
            }
            _ => {}
        }
        at = end;
    }
}

fn jpeg_end(bytes: &[u8], metadata: &mut String) -> Option<usize> {
    let mut at = 2;
    loop {
        let marker = loop {
            // Inside of a scan, FF 00 is a byte and FF D0 to D7 are places to resume at.
            at += memchr::memchr(0xff, bytes.get(at..)?)?;
            match *bytes.get(at + 1)? {
                0 | 0xd0..=0xd7 => at += 2,
                0xff => at += 1,
                marker => break marker,
            }
        };
        if marker == 0xd9 {
            return Some(at + 2);
        }
        let length = number_be(bytes, at + 2, 2)?;
        if marker == 0xfe {
            push(metadata, bytes.get(at + 4..at + 2 + length).unwrap_or_default());
        }
        at += 2 + length.max(2);
    }
}

fn gif_end(bytes: &[u8]) -> Option<usize> {
    let table = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let mut at = 13 + table(*bytes.get(10)?);
    loop {
        match *bytes.get(at)? {
            0x3b => return Some(at + 1),
            0x21 => at += 2,
            0x2c => at += 11 + table(*bytes.get(at + 9)?),
            _ => return None,
        }
        // Blocks of data, each with its length, up to one of length 0.
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
}

fn push(metadata: &mut String, data: &[u8]) {
    if metadata.len() + data.len() <= METADATA_BYTES {
        metadata.push_str(&String::from_utf8_lossy(data).replace('\0', " "));
        metadata.push_str("\n\n");
    }
}

fn number_be(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit)))
}

fn number_le(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit)))
}
