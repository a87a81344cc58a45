//! `takedowns.toml`: what the operator, or the program, does not give out.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;

use crate::skill::{Timestamp, line_of, sanitise_line};
use crate::store::{Takedown, TakedownReason, TakedownTarget};

/// The list that ships with the program.
const BUILTIN: &str = include_str!("../../index/takedowns.toml");
/// The version of the format.
const VERSION: u32 = 1;
/// Bytes of a list.
const LIST_BYTES: u64 = 16 * 1024 * 1024;
/// Characters of a reference or a note.
const TEXT_CHARACTERS: usize = 1_000;

/// Why a list of takedowns cannot be used. Nothing of it is used then, and what it took down
/// before stays taken down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct TakedownListError {
    /// The file and the line, or the entry.
    place: String,
    /// What is wrong, sanitised.
    reason: String,
}

impl TakedownListError {
    fn new(place: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self { place: place.into(), reason: sanitise_line(&reason.to_string(), 300) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    takedown: Vec<WrittenTakedown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTakedown {
    skill_id: Option<String>,
    source: Option<String>,
    repository: Option<String>,
    owner: Option<String>,
    content_hash: Option<String>,
    package_hash: Option<String>,
    reason: String,
    since: String,
    reference: Option<String>,
    note: Option<String>,
}

/// Returns the list that ships with the program.
pub(super) fn builtin() -> Vec<Takedown> {
    parse(BUILTIN).expect("a test holds that the list in the program is read")
}

/// Reads a list.
///
/// # Errors
/// Fails where anything in it cannot be understood: half of a list must not pass for all of it.
fn parse(text: &str) -> Result<Vec<Takedown>, TakedownListError> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        TakedownListError::new(format!("line {line}"), error.message())
    })?;
    if written.version != VERSION {
        return Err(TakedownListError::new("version", format!("it is {}, expected {VERSION}", written.version)));
    }
    written
        .takedown
        .into_iter()
        .zip(1..)
        .map(|(written, number)| {
            read(written).map_err(|reason| TakedownListError::new(format!("takedown {number}"), reason))
        })
        .collect()
}

fn read(written: WrittenTakedown) -> Result<Takedown, String> {
    let named = [
        ("skill_id", written.skill_id),
        ("source", written.source),
        ("repository", written.repository),
        ("owner", written.owner),
        ("content_hash", written.content_hash),
        ("package_hash", written.package_hash),
    ];
    let mut named = named.into_iter().filter_map(|(kind, name)| Some((kind, name?)));
    let one = "expected exactly one of skill_id, source, repository, owner, content_hash and package_hash";
    let (Some((kind, name)), None) = (named.next(), named.next()) else { return Err(one.to_owned()) };
    let line = |text: String| sanitise_line(&text, TEXT_CHARACTERS);
    Ok(Takedown {
        target: target(kind, &name)?,
        reason: reason(&written.reason)?,
        reference: written.reference.map(line),
        note: written.note.map(line),
        since: written.since.parse::<Timestamp>().map_err(|_| "`since` is no date such as 2026-11-21".to_owned())?,
    })
}

/// Reads what is to be taken down by the key that names it.
pub(super) fn target(kind: &str, name: &str) -> Result<TakedownTarget, String> {
    let digest = || name.parse().map_err(|error| format!("{kind} is {error}"));
    match kind {
        "skill_id" => name.parse().map(TakedownTarget::skill).map_err(|error| format!("{kind} is {error}")),
        "source" => TakedownTarget::source(name).map_err(|error| error.to_string()),
        "repository" => TakedownTarget::repository(name).map_err(|error| error.to_string()),
        "owner" => TakedownTarget::owner(name).map_err(|error| error.to_string()),
        "content_hash" => digest().map(TakedownTarget::content),
        _ => digest().map(TakedownTarget::package),
    }
}

/// Reads a reason.
pub(super) fn reason(word: &str) -> Result<TakedownReason, String> {
    TakedownReason::parse(word).ok_or_else(|| {
        let words: Vec<&str> = TakedownReason::ALL.iter().map(|reason| reason.as_str()).collect();
        format!("unknown reason `{}`, expected one of {}", sanitise_line(word, 60), words.join(", "))
    })
}

/// A list in a file, which is read again when it changes.
#[derive(Debug)]
pub struct TakedownFile {
    path: PathBuf,
    /// When it was last changed, and its size, as it was read last.
    read: Mutex<Option<(SystemTime, u64)>>,
}

impl TakedownFile {
    /// Names a file, which need not be there.
    pub fn new(path: PathBuf) -> Self {
        Self { path, read: Mutex::new(None) }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the list where it changed since it was read last. A file that is not there says
    /// nothing: what it took down before stays so until a list without it is there.
    ///
    /// # Errors
    /// Fails where it cannot be read.
    pub(super) fn read_changed(&self) -> Result<Option<Vec<Takedown>>, TakedownListError> {
        let failed = |reason: &dyn std::fmt::Display| {
            TakedownListError::new(sanitise_line(&self.path.to_string_lossy(), 300), reason)
        };
        let metadata = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            metadata => metadata.map_err(|error| failed(&error))?,
        };
        let state = (metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *read == Some(state) {
            return Ok(None);
        }
        // One that cannot be used is told of once.
        *read = Some(state);
        if metadata.len() > LIST_BYTES {
            return Err(failed(&format!("it has {} bytes, the limit is {LIST_BYTES}", metadata.len())));
        }
        let text = std::fs::read_to_string(&self.path).map_err(|error| failed(&error))?;
        parse(&text).map(Some).map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_program_is_read() {
        assert_eq!(builtin(), []);
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let good = "[[takedown]]\nowner = \"GitHub.com/Evil\"\nreason = \"malware\"\nsince = \"2026-11-21\"\n";
        let rows = [
            ("version = 1\n", Ok(0)),
            (&*format!("version = 1\n{good}"), Ok(1)),
            ("", Err("line 1: missing field `version`")),
            ("version = 2\n", Err("version: it is 2, expected 1")),
            (
                &*format!("version = 1\n{good}repository = \"github.com/a/b\"\n"),
                Err("takedown 1: expected exactly one of"),
            ),
            (&*format!("version = 1\n{}", good.replace("malware", "bad")), Err("takedown 1: unknown reason `bad`")),
            (&*format!("version = 1\n{}", good.replace("2026-11-21", "soon")), Err("takedown 1: `since` is no date")),
            (
                &*format!("version = 1\n{good}{}", good.replace("GitHub.com/Evil", "evil")),
                Err("takedown 2: `evil` names"),
            ),
            (&*format!("version = 1\n{good}who = \"me\"\n"), Err("line 6: unknown field `who`")),
        ];
        for (text, expected) in rows {
            match (parse(text), expected) {
                (Ok(takedowns), Ok(count)) => assert_eq!(takedowns.len(), count, "{text}"),
                (Err(error), Err(start)) => assert!(error.to_string().starts_with(start), "{error}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }
}
