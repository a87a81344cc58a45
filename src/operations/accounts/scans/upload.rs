//! An uploaded file, before anybody looks at it.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use crate::skill::{Sha256Digest, sanitise_line};

/// Bytes of a file that is taken: as many as the scanner reads of one.
pub const UPLOAD_BYTES: u64 = crate::skill::limits::FILE_BYTES;
/// Bytes that the form around a file may have.
const FORM_BYTES: u64 = 64 * 1024;
/// Characters of a name that are kept.
const NAME_CHARACTERS: usize = 255;

/// An uploaded file.
#[derive(Clone)]
pub struct Upload {
    /// What it is called: one line without a folder, sanitised.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Their digest.
    pub sha256: Sha256Digest,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Upload").field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// Why an upload is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is too large.
    #[error("the file has more than {UPLOAD_BYTES} bytes")]
    TooLarge,
    /// The form cannot be read.
    #[error("the body is no multipart/form-data with a part `file`: {0}")]
    Form(&'static str),
    /// The disk failed.
    #[error("the file could not be kept: {0}")]
    Disk(#[from] io::Error),
}

/// A body on its way in: a temporary file that has no name, so that nothing is left of it.
#[derive(Debug)]
pub struct UploadBuffer {
    file: std::fs::File,
    length: u64,
}

impl UploadBuffer {
    /// Makes an empty one.
    ///
    /// # Errors
    /// Fails where there is no place for it.
    pub fn new() -> Result<Self, UploadError> {
        Ok(Self { file: tempfile::tempfile()?, length: 0 })
    }

    /// Adds what came.
    ///
    /// # Errors
    /// Fails where it is too much, or the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.length = self.length.saturating_add(bytes.len() as u64);
        if self.length > UPLOAD_BYTES + FORM_BYTES {
            return Err(UploadError::TooLarge);
        }
        Ok(self.file.write_all(bytes)?)
    }

    /// Returns the file: all that came, called `name`, or the part of a form with this boundary.
    ///
    /// # Errors
    /// Fails where it is too large, or there is no file in the form.
    pub fn finish(mut self, boundary: Option<&str>, name: Option<&str>) -> Result<Upload, UploadError> {
        let mut body = Vec::with_capacity(usize::try_from(self.length).unwrap_or_default());
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut body)?;
        let (bytes, name) = match boundary {
            Some(boundary) => {
                let (bytes, name) = file_part(&body, boundary)?;
                (Arc::from(bytes), name)
            }
            None => (Arc::from(body), name.map(str::to_owned)),
        };
        let bytes: Arc<[u8]> = bytes;
        if bytes.len() as u64 > UPLOAD_BYTES {
            return Err(UploadError::TooLarge);
        }
        Ok(Upload { name: file_name(name.as_deref().unwrap_or_default()), sha256: Sha256Digest::of(&bytes), bytes })
    }
}

/// Returns the name of a file as lists show it: what stands behind the last separator of any
/// system, without what would deceive a reader.
fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    // What is escaped takes more characters than it had.
    let name: String = sanitise_line(last, NAME_CHARACTERS).chars().take(NAME_CHARACTERS).collect();
    let name = name.trim();
    if name.is_empty() || name.chars().all(|character| character == '.') {
        "unnamed".to_owned()
    } else {
        name.to_owned()
    }
}

/// Finds the part `file` of a form, or the first one with a file name (RFC 7578).
fn file_part<'a>(body: &'a [u8], boundary: &str) -> Result<(&'a [u8], Option<String>), UploadError> {
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(UploadError::Form("its boundary has not 1 to 70 characters"));
    }
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    // What stands before the first boundary is no part (RFC 2046, section 5.1.1).
    let mut rest = match body.strip_prefix(opening.as_bytes()) {
        Some(rest) => rest,
        None => {
            let start = memchr::memmem::find(body, between.as_bytes()).ok_or(UploadError::Form("it has no part"))?;
            &body[start + between.len()..]
        }
    };
    let mut other = None;
    // A form has few parts; one that has many is not read to its end.
    for _ in 0..32 {
        if rest.starts_with(b"--") {
            break;
        }
        let head_start = memchr::memmem::find(rest, b"\r\n").ok_or(UploadError::Form("a part does not begin"))? + 2;
        let end = memchr::memmem::find(rest, between.as_bytes()).ok_or(UploadError::Form("a part does not end"))?;
        let part = rest.get(head_start..end).unwrap_or_default();
        rest = &rest[end + between.len()..];
        let (head, content) = match part.strip_prefix(b"\r\n") {
            Some(content) => (&part[..0], content),
            None => {
                let blank = memchr::memmem::find(part, b"\r\n\r\n").ok_or(UploadError::Form("a part has no head"))?;
                (&part[..blank], &part[blank + 4..])
            }
        };
        let head = String::from_utf8_lossy(head);
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.trim())
        });
        let Some(disposition) = disposition else { continue };
        let name = file_name_of(disposition);
        if parameter(disposition, "name").as_deref() == Some("file") {
            return Ok((content, name));
        }
        if name.is_some() && other.is_none() {
            other = Some((content, name));
        }
    }
    other.ok_or(UploadError::Form("no part is called `file`"))
}

/// Returns the file name of a `Content-Disposition` (RFC 6266): `filename*` before `filename`.
pub(in super::super) fn file_name_of(disposition: &str) -> Option<String> {
    let extended = parameter(disposition, "filename*").and_then(|value| {
        let encoded = value.strip_prefix("UTF-8''").or_else(|| value.strip_prefix("utf-8''"))?.to_owned();
        percent_encoding::percent_decode_str(&encoded).decode_utf8().ok().map(|name| name.into_owned())
    });
    extended.or_else(|| parameter(disposition, "filename"))
}

/// Returns the value of a parameter of a header, without its quotes.
pub(in super::super) fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once(';')?;
        let after = after.trim_start();
        let (key, value) = after.split_once('=')?;
        let value = value.trim_start();
        let (text, tail) = match value.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted),
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(text);
        }
        rest = tail;
    }
}

/// Reads a quoted text to its end. Browsers escape a quote as `%22`, others as `\"`; any other
/// backslash is what old browsers send of a path.
fn quoted_text(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (text, &quoted[index + 1..]),
            '\\' if characters.peek().is_some_and(|(_, next)| *next == '"') => {
                text.push('"');
                characters.next();
            }
            other => text.push(other),
        }
    }
    (text, "")
}

impl Upload {
    /// Reads what the headers of a body say: the boundary of a form, and the name of a file that
    /// is the body itself.
    pub fn read_headers(content_type: Option<&str>, disposition: Option<&str>) -> (Option<String>, Option<String>) {
        let is_form = content_type.is_some_and(|value| {
            value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
        });
        let boundary = content_type.filter(|_| is_form).map(|value| parameter(value, "boundary").unwrap_or_default());
        (boundary, disposition.and_then(file_name_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (disposition, content) in parts {
            body.extend(format!("--b0\r\nContent-Disposition: {disposition}\r\n\r\n").into_bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--b0--\r\n");
        body
    }

    fn read(body: &[u8], boundary: Option<&str>, name: Option<&str>) -> Result<(String, Vec<u8>), String> {
        let mut buffer = UploadBuffer::new().expect("a place");
        for chunk in body.chunks(7) {
            buffer.push(chunk).map_err(|error| error.to_string())?;
        }
        let upload = buffer.finish(boundary, name).map_err(|error| error.to_string())?;
        assert_eq!(upload.sha256, Sha256Digest::of(&upload.bytes));
        Ok((upload.name, upload.bytes.to_vec()))
    }

    #[test]
    fn the_file_of_a_form_is_found() {
        let quiet = ("form-data; name=\"note\"", b"no file".as_slice());
        type Found = Option<(&'static str, &'static [u8])>;
        let rows: Vec<(Vec<u8>, Found)> = vec![
            (
                form(&[quiet, ("form-data; name=\"file\"; filename=\"a.zip\"", b"x\r\n--b")]),
                Some(("a.zip", b"x\r\n--b")),
            ),
            (form(&[("form-data; name=\"file\"", b"x")]), Some(("unnamed", b"x"))),
            (form(&[("form-data; name=other; filename=b.txt", b"y")]), Some(("b.txt", b"y"))),
            (form(&[("form-data; name=\"file\"; filename*=UTF-8''na%C3%AFve.md", b"z")]), Some(("naïve.md", b"z"))),
            (form(&[("form-data; name=\"file\"; filename=\"\"", b"")]), Some(("unnamed", b""))),
            (form(&[quiet]), None),
            (b"--b0--\r\n".to_vec(), None),
            (b"--b0\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nnever ends".to_vec(), None),
            (b"".to_vec(), None),
            (b"no form at all".to_vec(), None),
        ];
        for (body, expected) in rows {
            let found = read(&body, Some("b0"), None).ok();
            let found = found.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(&body));
        }
        assert!(read(b"x", Some(""), None).is_err() && read(b"x", Some(&"b".repeat(71)), None).is_err());
    }

    #[test]
    fn a_name_is_one_harmless_line() {
        let rows = [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.exe", "a.exe"),
            ("/", "unnamed"),
            ("..", "unnamed"),
            ("", "unnamed"),
            ("   ", "unnamed"),
        ];
        for (name, expected) in rows {
            assert_eq!(file_name(name), expected, "{name:?}");
        }
        for hostile in ["a\u{0}b.zip", "a\nb\r\tc", "\u{202e}gpj.exe", "a\u{200b}b", &"x".repeat(5_000), "\u{1b}[2Ja"] {
            let name = file_name(hostile);
            assert!(name.chars().count() <= NAME_CHARACTERS, "{name}");
            assert!(!name.chars().any(|character| character.is_control() || "\u{202e}\u{200b}".contains(character)));
        }
    }

    #[test]
    fn a_body_that_is_too_large_is_refused_on_its_way() {
        let mut buffer = UploadBuffer::new().expect("a place");
        let chunk = vec![0; 1024 * 1024];
        let pushed = (0..64).take_while(|_| buffer.push(&chunk).is_ok()).count() as u64;
        assert_eq!(pushed * chunk.len() as u64, UPLOAD_BYTES);
    }
}
