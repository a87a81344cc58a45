//! Names for findings that stay the same while a file moves around them.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Finding, Location};
use crate::skill::{Sha256Digest, SkillBundle, limits, sanitise_line};

/// The first line of what a fingerprint is computed over.
const HEADER: &str = "touchmark-finding-1";
/// Hex digits of a fingerprint.
const DIGITS: usize = 32;

/// Digests of the files of a bundle by the path that findings show.
pub(super) type FileDigests = BTreeMap<String, Sha256Digest>;

/// Returns the digest of every file. Where two paths look the same once they are sanitised,
/// the digest covers both, so that neither file can stand in for the other.
pub(super) fn file_digests(bundle: &SkillBundle) -> FileDigests {
    let mut digests = FileDigests::new();
    for file in &bundle.files {
        digests
            .entry(sanitise_line(file.path.as_str(), limits::NAME_BYTES))
            .and_modify(|digest| {
                *digest = Sha256Digest::of(&[digest.as_bytes().as_slice(), file.sha256.as_bytes()].concat());
            })
            .or_insert(file.sha256);
    }
    digests
}

/// Gives every finding its fingerprint.
pub(super) fn fill_in(findings: &mut [Finding], bundle: &SkillBundle) {
    let digests = file_digests(bundle);
    let mut lines = Lines::of(bundle);
    for finding in findings {
        finding.fingerprint = of(finding, &digests, &mut lines);
    }
}

/// Digests rule, signature, path, chain, evidence and the line, wherever it stands: text that
/// is added above leaves the name as it is.
///
/// The line counts as a whole, because an excerpt shows only what is near. Where there is no
/// line, or the excerpt was cut, the whole file counts.
fn of(finding: &Finding, digests: &FileDigests, lines: &mut Lines<'_>) -> String {
    let Location { path, line, .. } = &finding.location;
    let is_cut = finding.evidence.ends_with('…');
    let bound_to = line.filter(|_| !is_cut).and_then(|line| lines.digest(path, line)).or(digests.get(path).copied());
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        // The length keeps parts apart, whatever they hold.
        hasher.update(format!("{} {part}\n", part.len()));
    };
    add(HEADER);
    add(&finding.rule_id);
    add(finding.signature.as_deref().unwrap_or_default());
    add(path);
    finding.chain.iter().for_each(|step| add(step));
    add(&finding.evidence);
    add(&bound_to.map(Sha256Digest::to_hex).unwrap_or_default());
    let mut name = hex::encode(hasher.finalize());
    name.truncate(DIGITS);
    name
}

/// The lines of the bundle's texts, each digested at most once.
struct Lines<'a> {
    texts: BTreeMap<String, &'a str>,
    /// Where the lines of a text begin.
    starts: BTreeMap<String, Vec<usize>>,
    digests: BTreeMap<(String, u32), Sha256Digest>,
}

impl<'a> Lines<'a> {
    fn of(bundle: &'a SkillBundle) -> Self {
        let mut texts = BTreeMap::new();
        let mut ambiguous = BTreeSet::new();
        for file in &bundle.files {
            let Some(decoded) = &file.text else { continue };
            let path = sanitise_line(file.path.as_str(), limits::NAME_BYTES);
            if texts.insert(path.clone(), decoded.text.as_str()).is_some() {
                ambiguous.insert(path);
            }
        }
        texts.retain(|path, _| !ambiguous.contains(path));
        Self { texts, starts: BTreeMap::new(), digests: BTreeMap::new() }
    }

    /// Returns the digest of a line, counted from 1, without the blanks around it.
    fn digest(&mut self, path: &str, line: u32) -> Option<Sha256Digest> {
        let key = (path.to_owned(), line);
        if let Some(digest) = self.digests.get(&key) {
            return Some(*digest);
        }
        let text = *self.texts.get(path)?;
        let starts = self.starts.entry(path.to_owned()).or_insert_with(|| {
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect()
        });
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).copied().unwrap_or(text.len());
        let digest = Sha256Digest::of(text[start..end].trim().as_bytes());
        self.digests.insert(key, digest);
        Some(digest)
    }
}
