//! JSON, YAML and TOML, read within bounds.

use serde::de::DeserializeSeed;

use super::conflict::{self, Sides};
use super::error::LockfileError;
use super::limits;
use super::node::{At, Node, Step, Trail};
use crate::skill::{line_of, sanitise_line};

/// Characters of what a parser says.
const REASON_CHARACTERS: usize = 200;

/// A JSON lockfile: one value, or the two sides of a merge that nobody finished.
pub(super) enum Document {
    Whole(Node),
    Merging { ours: Node, theirs: Node },
}

/// Reads a JSON document, with the marks that git leaves where both sides changed it.
pub(super) fn document(bytes: &[u8]) -> Result<Document, LockfileError> {
    let text = text(bytes)?;
    match conflict::sides(text)? {
        None => json(text).map(Document::Whole),
        Some(Sides { ours, theirs }) => {
            let side = |text: &str, name: &str| {
                json(text).map_err(|error| {
                    LockfileError::new(error.key(), format!("{} (on {name} side of the git conflict)", error.reason()))
                })
            };
            Ok(Document::Merging { ours: side(&ours, "our")?, theirs: side(&theirs, "their")? })
        }
    }
}

/// Reads one JSON value.
pub(super) fn json(text: &str) -> Result<Node, LockfileError> {
    let trail = Trail::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = root(&trail).deserialize(&mut deserializer).and_then(|node| deserializer.end().map(|()| node));
    read.map_err(|error| failed(&trail, "JSON", &error))
}

/// Reads one YAML document: few aliases, no tags of its own, no key twice.
pub(super) fn yaml(bytes: &[u8]) -> Result<Node, LockfileError> {
    let text = text(bytes)?;
    refuse_conflict(text)?;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: limits::NODES,
            max_events: limits::NODES * 2,
            max_aliases: 20,
            max_depth: limits::DEPTH * 2,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        reject_unsupported_tags: true,
        // Whoever reads a report may not be whoever may read the file.
        with_snippet: false,
    };
    let trail = Trail::default();
    serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        root(&trail).deserialize(deserializer)
    })
    .map_err(|error| failed(&trail, "YAML", &error))
}

/// Reads a TOML document.
pub(super) fn toml(bytes: &[u8]) -> Result<Node, LockfileError> {
    let text = text(bytes)?;
    refuse_conflict(text)?;
    let trail = Trail::default();
    // What the error shows by itself repeats the line.
    let failed = |error: toml::de::Error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let place = line.map(|line| format!(" in line {line}")).unwrap_or_default();
        failed(&trail, "TOML", &format!("{}{place}", error.message()))
    };
    let parsed = toml::Deserializer::parse(text).map_err(failed)?;
    root(&trail).deserialize(parsed).map_err(failed)
}

fn root(trail: &Trail) -> At<'_> {
    At { trail, step: &Step::Root, depth: 0 }
}

/// Returns the text of a lockfile, without the mark of its encoding.
pub(super) fn text(bytes: &[u8]) -> Result<&str, LockfileError> {
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(LockfileError::of_file(format!("has more than {} bytes", limits::FILE_BYTES)));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(LockfileError::of_file(format!("holds a NUL byte at {at}")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| LockfileError::of_file("is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn refuse_conflict(text: &str) -> Result<(), LockfileError> {
    match conflict::first_mark(text) {
        Some(line) => Err(LockfileError::of_file(format!(
            "holds a mark of a git conflict in line {line}; finish the merge first"
        ))),
        None => Ok(()),
    }
}

/// Says where and why reading ended. A parser's message may repeat what it read.
fn failed(trail: &Trail, format: &str, error: &dyn std::fmt::Display) -> LockfileError {
    let first = error.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let reason = format!("is no valid {format}: {}", sanitise_line(&first, REASON_CHARACTERS));
    match trail.failed().filter(|key| !key.is_empty()) {
        Some(key) => LockfileError::new(&key, reason),
        None => LockfileError::of_file(reason),
    }
}
