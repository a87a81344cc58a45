//! SKILL.md as installers rewrite it.
//!
//! `gh skill install` notes where a skill came from under `metadata`, and in doing so writes
//! the whole block anew: keys in alphabetical order, four blanks of indent, quotes where its
//! YAML library wants them, the body without leading and with a final line end (cli/cli,
//! internal/skills/frontmatter). So there are two forms that lead back: one for tools that
//! only add lines, and one that compares what the block says.

use std::fmt::Write;

use serde_json::Value;

use super::file::{RecipeFile, normalise_line_ends};
use crate::skill::{body_start, frontmatter_mapping, frontmatter_range};

/// The keys under `metadata` by which installers note a source.
const SOURCE_KEYS: &[&str] = &[
    "github-repo",
    "github-ref",
    "github-tree-sha",
    "github-path",
    "github-pinned",
    "github-owner",
    "github-sha",
    "local-path",
];

/// The first line of what a canonical SKILL.md is hashed over.
const CANONICAL_HEADER: &str = "touchmark-canonical-skill-md-v1\n";

/// Finds SKILL.md at the root, by its exact name or else in any case.
pub(super) fn find<'f, 'a>(files: &[&'f RecipeFile<'a>]) -> Option<&'f RecipeFile<'a>> {
    let exact = files.iter().find(|file| file.path() == "SKILL.md");
    exact.or_else(|| files.iter().find(|file| file.path().eq_ignore_ascii_case("SKILL.md"))).copied()
}

/// Returns the bytes without the lines of the source keys, and without the line of
/// `metadata` where nothing else is left below it; `None` where there is nothing to cut.
pub fn without_source_keys(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let yaml = frontmatter_range(text)?;
    let mut kept: Vec<&str> = Vec::new();
    let mut metadata: Option<Metadata> = None;
    let mut has_cut = false;
    for line in text[yaml.clone()].split_inclusive('\n') {
        let is_indented = line.starts_with([' ', '\t']);
        match &mut metadata {
            Some(open) if is_indented => {
                if is_source_key(line) {
                    open.has_cut = true;
                    has_cut = true;
                    continue;
                }
                open.has_other |= !line.trim().is_empty();
            }
            _ => {
                close(metadata.take(), &mut kept);
                if line.trim_end() == "metadata:" {
                    metadata = Some(Metadata { at: kept.len(), has_cut: false, has_other: false });
                }
            }
        }
        kept.push(line);
    }
    close(metadata, &mut kept);
    has_cut.then(|| [&text[..yaml.start], &kept.concat(), &text[yaml.end..]].concat().into_bytes())
}

/// The lines below `metadata:` as they are read.
struct Metadata {
    /// Where the line of the key stands among those that are kept.
    at: usize,
    has_cut: bool,
    has_other: bool,
}

fn close(metadata: Option<Metadata>, kept: &mut Vec<&str>) {
    if let Some(Metadata { at, has_cut: true, has_other: false }) = metadata {
        kept.remove(at);
    }
}

/// Tells whether a line of the block holds a key by which installers note a source.
pub(super) fn is_source_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, _)| SOURCE_KEYS.contains(&key.trim().trim_matches(['"', '\''])))
}

/// Returns what SKILL.md says, in one way of writing it: the keys of the block in byte order,
/// those of a source left out, and the body with LF line ends. `None` where the file is not
/// UTF-8 or its block is no YAML mapping, which `gh` refuses as well.
pub(super) fn canonical(bytes: &[u8]) -> Option<Vec<u8>> {
    let normalised = normalise_line_ends(bytes);
    let text = std::str::from_utf8(&normalised).ok()?;
    let mut mapping = frontmatter_mapping(text)?;
    if let Some(Value::Object(metadata)) = mapping.get_mut("metadata") {
        metadata.retain(|key, _| !SOURCE_KEYS.contains(&key.as_str()));
        if metadata.is_empty() {
            mapping.remove("metadata");
        }
    }
    let mut canonical = String::from(CANONICAL_HEADER);
    for (key, value) in &mapping {
        write_text(key, &mut canonical);
        canonical.push(':');
        write_value(value, &mut canonical);
        canonical.push('\n');
    }
    // An empty line cannot be one of the block, each of which has a key.
    canonical.push('\n');
    let body = text[body_start(text)..].trim_start_matches(['\r', '\n']);
    canonical.push_str(body);
    if !body.is_empty() && !body.ends_with('\n') {
        canonical.push('\n');
    }
    Some(canonical.into_bytes())
}

/// Writes JSON with the keys of objects in byte order and integers without a fraction, since
/// `1.0` comes back as `1` from the library that `gh` writes with.
fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|left, right| left.0.cmp(right.0));
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_value(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Value::Number(number) => match number.as_f64() {
            // Below 2^53 every integer is a double, so nothing is lost.
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => {
                let _ = write!(out, "{}", float as i64);
            }
            _ => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => write_text(text, out),
        Value::Bool(_) | Value::Null => {
            let _ = write!(out, "{value}");
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    let _ = write!(out, "{}", Value::String(text.to_owned()));
}
