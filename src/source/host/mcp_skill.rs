//! What a server says of a skill (SEP-2640), and whether the bytes bear it out.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::skill::{BundlePath, Sha256Digest, fold_case, frontmatter_mapping};

/// Files of one skill, by the extension.
pub(super) const SKILL_FILES: usize = 512;
/// Bytes of one skill, by the extension.
pub(super) const SKILL_BYTES: u64 = 16 * 1024 * 1024;

/// An entry of `skills/list`, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offered {
    /// The URI of its SKILL.md.
    pub(super) uri: String,
    /// The folder, from the root of the server's skills.
    pub(super) folder: String,
    /// The frontmatter that the server promises.
    frontmatter: BTreeMap<String, Value>,
    /// Its files; `None` where the server makes them when they are asked for, or the list says
    /// nothing of them.
    pub(super) files: Option<Vec<OfferedFile>>,
    /// Whether the list says that there is no list of files.
    pub(super) is_dynamic: bool,
}

/// A file of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferedFile {
    pub(super) uri: String,
    /// The path below the skill's folder.
    pub(super) path: String,
    pub(super) digest: Sha256Digest,
    /// In bytes.
    pub(super) size: Option<u64>,
}

impl Offered {
    /// Reads an entry.
    ///
    /// # Errors
    /// Fails where the entry contradicts itself or the extension.
    pub(super) fn parse(value: &Value) -> Result<Self, String> {
        let uri = value.get("uri").and_then(Value::as_str).ok_or("the entry has no uri")?.to_owned();
        let folder = folder_of(&uri)?;
        let frontmatter: BTreeMap<String, Value> = value
            .get("frontmatter")
            .and_then(Value::as_object)
            .ok_or("the entry has no frontmatter")?
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let name = frontmatter.get("name").and_then(Value::as_str).unwrap_or_default();
        if folder.rsplit('/').next() != Some(name) {
            return Err("the last part of its uri is not its name".to_owned());
        }
        let (files, is_dynamic) = match value.get("resources") {
            Some(Value::Array(items)) => (Some(read_files(items, &uri)?), false),
            Some(Value::String(text)) if text == "dynamic" => (None, true),
            None => (None, false),
            Some(_) => return Err("its resources are neither a list nor `dynamic`".to_owned()),
        };
        Ok(Self { uri, folder, frontmatter, files, is_dynamic })
    }

    /// Compares the frontmatter that the server promises with that of the file.
    ///
    /// # Errors
    /// Fails where a key is another one, or missing on one side.
    pub(super) fn check_frontmatter(&self, instructions: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(instructions);
        let found = frontmatter_mapping(&text).ok_or("the frontmatter of SKILL.md cannot be read")?;
        let keys = self.frontmatter.keys().chain(found.keys());
        let differs = |key: &&String| match (self.frontmatter.get(*key), found.get(*key)) {
            (Some(promised), Some(found)) => !is_same(promised, found),
            _ => true,
        };
        match keys.into_iter().find(differs) {
            Some(key) => Err(format!("the frontmatter that the server shows is not that of SKILL.md: `{key}` differs")),
            None => Ok(()),
        }
    }
}

/// Tells whether two values are one; YAML and JSON write numbers, truth and dates in their own ways.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| is_same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => false,
        (left, right) => scalar(left) == scalar(right),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

/// Returns the folder of a skill from the URI of its SKILL.md.
fn folder_of(uri: &str) -> Result<String, String> {
    let path = uri.strip_prefix("skill://").and_then(|path| path.strip_suffix("/SKILL.md"));
    let path = path.ok_or("its uri is not of the form skill://…/SKILL.md")?;
    decoded(path).ok_or_else(|| "its uri does not name a folder".to_owned())
}

fn decoded(path: &str) -> Option<String> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    BundlePath::try_from(path.as_ref()).is_ok().then(|| path.into_owned())
}

fn read_files(items: &[Value], skill: &str) -> Result<Vec<OfferedFile>, String> {
    if items.len() > SKILL_FILES {
        return Err(format!("it has {} files, the limit is {SKILL_FILES}", items.len()));
    }
    let folder = skill.strip_suffix("SKILL.md").unwrap_or(skill);
    let (mut files, mut total, mut seen) = (Vec::new(), 0_u64, std::collections::HashSet::new());
    for item in items {
        let uri = item.get("uri").and_then(Value::as_str).ok_or("a file has no uri")?;
        let path = uri.strip_prefix(folder).and_then(decoded).ok_or("a file does not lie in its folder")?;
        if !seen.insert(fold_case(&path)) {
            return Err("it has a file twice".to_owned());
        }
        let digest = item.get("digest").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let digest = digest.ok_or("a file has no digest of the form `sha256:` and 64 hex digits")?;
        let size = item.get("size").and_then(Value::as_u64);
        total = total.saturating_add(size.unwrap_or_default());
        files.push(OfferedFile { uri: uri.to_owned(), path, digest, size });
    }
    if total > SKILL_BYTES {
        return Err(format!("it has {total} bytes, the limit is {SKILL_BYTES}"));
    }
    if !files.iter().any(|file| file.path == "SKILL.md") {
        return Err("its files do not have its SKILL.md".to_owned());
    }
    Ok(files)
}
