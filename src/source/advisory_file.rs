//! Files of advisories: a zip archive as databases publish them, a file with one record a line
//! (plain, gzip or Zstandard), a JSON file, or a folder of JSON files.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_json::value::RawValue;
use walkdir::WalkDir;
use zip::ZipArchive;

use super::SourceError;
use super::corpus_lines::{CorpusLines, Step};
use super::error::shown_path;
use crate::skill::sanitise_line;

/// Bytes of one record; what is longer is no advisory.
const RECORD_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes of a JSON file that may hold several.
const FILE_BYTES: u64 = 256 * 1024 * 1024;
/// Characters of a place.
const PLACE_CHARACTERS: usize = 200;

/// One record of a file, or why it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryRow {
    /// Where it stands in the file; sanitised.
    pub place: String,
    /// The bytes of the record, or why there are none.
    pub content: Result<Vec<u8>, String>,
}

/// The records of a file, one after the other.
pub struct AdvisoryFile(Rows);

enum Rows {
    Zip { archive: Box<ZipArchive<BufReader<File>>>, next: usize },
    Lines { lines: CorpusLines, number: u64, is_ended: bool },
    Records { name: String, records: std::vec::IntoIter<Box<RawValue>>, number: u64 },
    Folder(walkdir::IntoIter),
}

impl AdvisoryFile {
    /// Opens a file or folder.
    ///
    /// # Errors
    /// Fails where it is neither, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let metadata = path.metadata().map_err(|error| SourceError::of_io(path, &error))?;
        if metadata.is_dir() {
            return Ok(Self(Rows::Folder(WalkDir::new(path).sort_by_file_name().into_iter())));
        }
        let mut file = File::open(path).map_err(|error| SourceError::of_io(path, &error))?;
        let mut head = [0_u8; 4];
        let length = file.read(&mut head).map_err(|error| SourceError::of_io(path, &error))?;
        if head[..length].starts_with(b"PK") {
            let file = File::open(path).map_err(|error| SourceError::of_io(path, &error))?;
            let archive =
                ZipArchive::new(BufReader::new(file)).map_err(|error| SourceError::unreadable(path, error))?;
            return Ok(Self(Rows::Zip { archive: Box::new(archive), next: 0 }));
        }
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            let bytes = read_whole(path, FILE_BYTES).map_err(|reason| SourceError::unreadable(path, reason))?;
            let records = records_of(&bytes).map_err(|error| SourceError::unreadable(path, error))?;
            return Ok(Self(Rows::Records { name: shown_path(path), records: records.into_iter(), number: 0 }));
        }
        Ok(Self(Rows::Lines { lines: CorpusLines::open(path)?, number: 0, is_ended: false }))
    }
}

impl std::fmt::Debug for AdvisoryFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AdvisoryFile")
    }
}

impl Iterator for AdvisoryFile {
    type Item = AdvisoryRow;

    fn next(&mut self) -> Option<AdvisoryRow> {
        match &mut self.0 {
            Rows::Zip { archive, next } => next_entry(archive, next),
            Rows::Lines { is_ended: true, .. } => None,
            Rows::Lines { lines, number, is_ended } => {
                *number += 1;
                let place = format!("line {number}");
                let content = match lines.next_line() {
                    Ok(Step::Line(line)) => Ok(line.to_vec()),
                    Ok(Step::Overlong) => Err("the line is too long".to_owned()),
                    Ok(Step::End) => return None,
                    Err(error) => {
                        *is_ended = true;
                        Err(sanitise_line(&error.to_string(), PLACE_CHARACTERS))
                    }
                };
                Some(AdvisoryRow { place, content })
            }
            Rows::Records { name, records, number } => {
                *number += 1;
                let content = Ok(records.next()?.get().as_bytes().to_vec());
                Some(AdvisoryRow { place: format!("record {number} of {name}"), content })
            }
            Rows::Folder(walk) => walk.find_map(|entry| match entry {
                Ok(entry) if entry.file_type().is_file() && is_json(entry.path()) => {
                    let content = read_whole(entry.path(), RECORD_BYTES);
                    Some(AdvisoryRow { place: shown_path(entry.path()), content })
                }
                Ok(_) => None,
                Err(error) => {
                    let place = error.path().map_or_else(|| "the folder".to_owned(), shown_path);
                    let reason = sanitise_line(&error.to_string(), PLACE_CHARACTERS);
                    Some(AdvisoryRow { place, content: Err(reason) })
                }
            }),
        }
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads one record, or a list of them.
fn records_of(bytes: &[u8]) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if is_list { serde_json::from_slice(bytes) } else { Ok(vec![serde_json::from_slice(bytes)?]) }
}

/// Reads a file of at most `limit` bytes.
fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match read {
        Ok(length) if length as u64 > limit => Err(format!("it has more than {limit} bytes")),
        Ok(_) => Ok(bytes),
        Err(error) => Err(sanitise_line(&error.to_string(), PLACE_CHARACTERS)),
    }
}

/// Reads the next JSON file of an archive; what else is in it is passed over.
fn next_entry(archive: &mut ZipArchive<BufReader<File>>, next: &mut usize) -> Option<AdvisoryRow> {
    while *next < archive.len() {
        let index = *next;
        *next += 1;
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                let reason = sanitise_line(&error.to_string(), PLACE_CHARACTERS);
                return Some(AdvisoryRow { place: format!("entry {index}"), content: Err(reason) });
            }
        };
        // A name that is not UTF-8 is none that a database gives.
        let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        if !entry.is_file() || !is_json(Path::new(&name)) {
            continue;
        }
        let place = sanitise_line(&name, PLACE_CHARACTERS);
        let mut bytes = Vec::new();
        // The size that the archive gives may be another than what comes out.
        let content = match entry.take(RECORD_BYTES + 1).read_to_end(&mut bytes) {
            Ok(length) if length as u64 > RECORD_BYTES => Err(format!("it has more than {RECORD_BYTES} bytes")),
            Ok(_) => Ok(bytes),
            Err(error) => Err(sanitise_line(&error.to_string(), PLACE_CHARACTERS)),
        };
        return Some(AdvisoryRow { place, content });
    }
    None
}
