//! Names for findings that stay the same while a file moves around them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Finding;
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
pub(super) fn fill_in(findings: &mut [Finding], files: &FileDigests) {
    for finding in findings {
        finding.fingerprint = of(finding, files);
    }
}

/// Digests rule, signature, path, chain and evidence, and not the line: text that is added
/// above leaves the name as it is.
///
/// An excerpt that was cut does not stand for what was cut off, and a finding about a whole
/// file says little of its content: the name of both holds the file's digest as well.
fn of(finding: &Finding, files: &FileDigests) -> String {
    let is_whole = finding.location.line.is_some() && !finding.evidence.ends_with('…');
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        // The length keeps parts apart, whatever they hold.
        hasher.update(format!("{} {part}\n", part.len()));
    };
    add(HEADER);
    add(&finding.rule_id);
    add(finding.signature.as_deref().unwrap_or_default());
    add(&finding.location.path);
    finding.chain.iter().for_each(|step| add(step));
    add(&finding.evidence);
    if !is_whole && let Some(digest) = files.get(&finding.location.path) {
        add(&digest.to_hex());
    }
    let mut name = hex::encode(hasher.finalize());
    name.truncate(DIGITS);
    name
}
