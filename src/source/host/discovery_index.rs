//! The index of Agent Skills discovery, in its versions 0.2.0 and 0.1.
//!
//! A host may write both forms into one entry, so each entry is read by what it has: `type`,
//! `url` and `digest` (0.2.0), or `files` alone (0.1), and not by the `$schema` of the document,
//! whose absence would make a reader drop the digests.

use serde::Deserialize;
use url::Url;

use crate::skill::{BundlePath, Sha256Digest, limits};
use crate::source::lenient::{Counted, Lenient};

/// Entries of one index that are kept, above what any source may have.
const KEPT: usize = 100_000;
/// The same, for whoever refuses an index that has more.
pub(super) const MOST_ENTRIES: u64 = KEPT as u64;

/// One skill of an index, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// One part of a path.
    pub(super) name: String,
    pub(super) form: Form,
}

/// Where the files of a skill are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// A SKILL.md, with what stands beside it.
    Instructions { url: Url, digest: Sha256Digest, others: Vec<String> },
    /// An archive with SKILL.md at its root.
    Archive { url: Url, digest: Sha256Digest },
    /// Files below the folder of the name, without digests.
    Files { folder: Url, files: Vec<String> },
}

/// An index: its skills, and what is wrong with the others.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
    /// Names, as they were written, with reasons.
    pub(super) refused: Vec<(String, String)>,
    /// How many entries there are, whatever they are.
    pub(super) count: usize,
}

#[derive(Deserialize)]
struct Written {
    skills: Counted<Lenient<WrittenEntry>, KEPT>,
}

#[derive(Deserialize)]
struct WrittenEntry {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    digest: Option<String>,
    files: Option<Counted<String, { limits::BUNDLE_FILES }>>,
}

impl Index {
    /// Reads an index that stands at `url`, against which its own URLs are resolved.
    ///
    /// # Errors
    /// Fails where it is no JSON object with a list of skills.
    pub(super) fn parse(bytes: &[u8], url: &Url) -> Result<Self, String> {
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err("its index is not a JSON object".to_owned());
        }
        let written: Written =
            serde_json::from_slice(bytes).map_err(|error| format!("its index cannot be read: {error}"))?;
        let mut index = Self { count: written.skills.count, ..Self::default() };
        for (number, item) in written.skills.items.into_iter().enumerate() {
            let number = format!("skill {}", number + 1);
            let Some(item) = item.read() else {
                index.refused.push((number, "the entry is not of the form".to_owned()));
                continue;
            };
            let name = item.name.clone().unwrap_or(number);
            match read_entry(item, url) {
                Ok(Some(entry)) => index.entries.push(entry),
                // A type that is not known is of a later version, and no fault.
                Ok(None) => {}
                Err(reason) => index.refused.push((name, reason)),
            }
        }
        index.refuse_doubled();
        Ok(index)
    }

    /// Tells whether the index changes whenever one of its skills does.
    pub(super) fn is_pinned(&self) -> bool {
        let is_pinned = |entry: &Entry| match &entry.form {
            Form::Instructions { others, .. } => others.is_empty(),
            Form::Archive { .. } => true,
            Form::Files { .. } => false,
        };
        self.entries.iter().all(is_pinned)
    }

    /// Which of two skills of one name is meant is for nobody to guess.
    fn refuse_doubled(&mut self) {
        let mut names: Vec<String> = self.entries.iter().map(|entry| entry.name.to_lowercase()).collect();
        names.sort_unstable();
        let doubled: std::collections::HashSet<String> =
            names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
        if doubled.is_empty() {
            return;
        }
        let (refused, kept) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| doubled.contains(&entry.name.to_lowercase()));
        self.entries = kept;
        let refused: Vec<Entry> = refused;
        let reason = "the index has more than one skill of this name";
        self.refused.extend(refused.into_iter().map(|entry| (entry.name, reason.to_owned())));
    }
}

fn read_entry(item: WrittenEntry, index: &Url) -> Result<Option<Entry>, String> {
    let name = item.name.ok_or("the entry has no name")?;
    if name.contains('/') || BundlePath::try_from(name.as_str()).is_err() {
        return Err("the name is not one part of a path".to_owned());
    }
    let files = item.files;
    if files.as_ref().is_some_and(|files| files.count > files.items.len()) {
        return Err(format!("it has more than {} files", limits::BUNDLE_FILES));
    }
    let files = files.map(|files| files.items);
    if let Some(path) = files.iter().flatten().find(|path| BundlePath::try_from(path.as_str()).is_err()) {
        return Err(format!("its file `{path}` does not lie in its folder"));
    }
    let kind = item.kind.as_deref();
    if kind.is_some_and(|kind| !matches!(kind, "skill-md" | "archive")) && files.is_none() {
        return Ok(None);
    }
    let form = match (kind, item.url, files) {
        (Some(kind @ ("skill-md" | "archive")), Some(url), files) => {
            let url = index.join(&url).map_err(|error| format!("its URL cannot be used: {error}"))?;
            let digest = item.digest.ok_or("the entry has no digest")?;
            let digest = digest.parse().map_err(|_| "its digest is not `sha256:` and 64 hex digits")?;
            if kind == "archive" {
                Form::Archive { url, digest }
            } else {
                let mut others = files.unwrap_or_default();
                others.retain(|path| path != "SKILL.md");
                Form::Instructions { url, digest, others }
            }
        }
        (_, _, Some(files)) => {
            let mut folder = index.join("x").map_err(|error| error.to_string())?;
            if let Ok(mut segments) = folder.path_segments_mut() {
                segments.pop().push(&name).push("");
            }
            Form::Files { folder, files }
        }
        _ => return Err("the entry has neither a type with a URL nor files".to_owned()),
    };
    Ok(Some(Entry { name, form }))
}
