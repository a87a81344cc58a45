//! One row of a corpus file: what the format holds, and the skill that it becomes.
//!
//! | field | needed | meaning |
//! |---|---|---|
//! | `repo`, `path` | yes | `owner/repository` on GitHub, and the path of the SKILL.md in it |
//! | `content` | yes | the text of the file |
//! | `sha256` | | the digest of the file; a row whose digest is another one is refused |
//! | `commit`, `commit_date` | | the commit in hex, and its time in RFC 3339 |
//! | `repo_license`, `upstream_repo` | | the licence; for mirrors the `owner/repository` they copy |
//! | `siblings` | | `[{path, size}]`: other files of the skill's folder, paths relative to it |
//! | `files` | | `[{path, text or base64, executable}]`: siblings with their content |
//!
//! A field may be `null` where it is not needed. Other fields are ignored.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::skill::{
    BundlePath, FileContent, Registry, Sha256Digest, SkillSource, SourceIdentity, Timestamp, limits, sanitise_line,
};

use super::FoundSkill;
use super::gather::{Gathering, is_instructions, is_left_out};

/// Characters of a licence that are kept.
const LICENSE_CHARACTERS: usize = 100;

#[derive(Deserialize)]
pub(super) struct Row<'a> {
    #[serde(borrow)]
    repo: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    content: String,
    sha256: Option<String>,
    commit: Option<String>,
    commit_date: Option<String>,
    repo_license: Option<String>,
    upstream_repo: Option<String>,
    #[serde(default)]
    siblings: Bounded<Sibling>,
    #[serde(default)]
    files: Bounded<CarriedFile>,
}

#[derive(Deserialize)]
struct Sibling {
    path: String,
    size: Option<u64>,
}

#[derive(Deserialize)]
struct CarriedFile {
    path: String,
    text: Option<String>,
    base64: Option<String>,
    #[serde(default)]
    executable: bool,
}

/// The first items of a list; a row could hold millions of them.
struct Bounded<T> {
    items: Vec<T>,
    omitted_count: usize,
}

impl Row<'_> {
    /// Makes a skill of the row, or says why it is none.
    pub(super) fn into_skill(self) -> Result<FoundSkill, String> {
        let (owner, repository) = split_repository(&self.repo).ok_or("`repo` is not of the form owner/repository")?;
        BundlePath::try_from(self.path.as_ref()).map_err(|error| format!("`path` cannot be used: {error}"))?;
        let (directory, file_name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        if !is_instructions(file_name.as_bytes()) {
            return Err("`path` does not name a SKILL.md".to_owned());
        }
        if self
            .sha256
            .as_deref()
            .is_some_and(|recorded| recorded.parse() != Ok(Sha256Digest::of(self.content.as_bytes())))
        {
            return Err("the content does not match its recorded digest".to_owned());
        }
        let has_canonical_sibling = self
            .siblings
            .items
            .iter()
            .map(|sibling| &sibling.path)
            .chain(self.files.items.iter().map(|file| &file.path))
            .any(|path| path == "SKILL.md");
        if file_name != "SKILL.md" && has_canonical_sibling {
            return Err("the folder also holds a SKILL.md, which takes precedence".to_owned());
        }
        if self.content.len() as u64 > limits::FILE_BYTES {
            return Err(format!("the file has {} bytes, the limit is {}", self.content.len(), limits::FILE_BYTES));
        }
        let identity = SourceIdentity::new("github.com", owner, repository, directory);
        let folder_name = Some(identity.folder_name().to_owned());
        let mut source = SkillSource::new(identity, Registry::Github);
        source.file_name = file_name.to_owned();
        source.commit_sha = self.commit.map(checked_commit).transpose()?;
        source.committed_at = self
            .commit_date
            .as_deref()
            .map(str::parse::<Timestamp>)
            .transpose()
            .map_err(|_| "`commit_date` is not a time in RFC 3339")?;
        source.license = self
            .repo_license
            .map(|license| sanitise_line(&license, LICENSE_CHARACTERS))
            .filter(|license| !license.is_empty());
        if self.upstream_repo.as_deref().is_some_and(|upstream| split_repository(upstream).is_none()) {
            return Err("`upstream_repo` is not of the form owner/repository".to_owned());
        }
        source.upstream = self.upstream_repo;
        let mut gathering = Gathering::default();
        gathering.add(file_name.to_owned(), FileContent::Bytes(self.content.into_bytes()), false);
        gather_others(&mut gathering, file_name, self.files, self.siblings);
        Ok(FoundSkill { source, bundle: gathering.finish(), folder_name })
    }
}

/// Adds the files that the row carries, and lists those that it only names.
fn gather_others(gathering: &mut Gathering, file_name: &str, files: Bounded<CarriedFile>, siblings: Bounded<Sibling>) {
    let is_part = |path: &str| path != file_name && !path.split('/').any(|part| is_left_out(part.as_bytes()));
    let mut carried = BTreeSet::new();
    for file in files.items.into_iter().filter(|file| is_part(&file.path)) {
        if !gathering.goes_on_at(&file.path) {
            return;
        }
        carried.insert(file.path.clone());
        let bytes = match (file.text, file.base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(encoded)) => match STANDARD.decode(&encoded) {
                Ok(bytes) => bytes,
                Err(_) => {
                    gathering.leave(&file.path, None, "its content is not base64");
                    continue;
                }
            },
            _ => {
                gathering.leave(&file.path, None, "the corpus file carries neither `text` nor `base64` of it, or both");
                continue;
            }
        };
        if gathering.admits(&file.path, bytes.len() as u64) {
            gathering.add(file.path, FileContent::Bytes(bytes), file.executable);
        }
    }
    for sibling in
        siblings.items.into_iter().filter(|sibling| is_part(&sibling.path) && !carried.contains(&sibling.path))
    {
        if !gathering.goes_on_at(&sibling.path) {
            return;
        }
        gathering.leave(&sibling.path, sibling.size, "the corpus file does not carry its content");
    }
    let omitted_count = files.omitted_count + siblings.omitted_count;
    if omitted_count > 0 {
        gathering.leave("…", None, format!("the row lists {omitted_count} more files, which were not read"));
    }
}

/// Splits `owner/repository` with names as GitHub allows them.
fn split_repository(text: &str) -> Option<(&str, &str)> {
    let (owner, repository) = text.split_once('/')?;
    let is_name = |name: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !matches!(name, "" | "." | "..") && name.len() <= limits::NAME_BYTES && name.bytes().all(is_allowed)
    };
    (is_name(owner) && is_name(repository)).then_some((owner, repository))
}

fn checked_commit(commit: String) -> Result<String, String> {
    let is_commit = (7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { Ok(commit.to_ascii_lowercase()) } else { Err("`commit` is not a commit's hex digits".to_owned()) }
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self { items: Vec::new(), omitted_count: 0 }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Bounded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BoundedVisitor<T> {
    type Value = Bounded<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Bounded::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut bounded = Bounded::default();
        while bounded.items.len() < limits::BUNDLE_FILES {
            match list.next_element()? {
                Some(item) => bounded.items.push(item),
                None => return Ok(bounded),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            bounded.omitted_count += 1;
        }
        Ok(bounded)
    }
}
