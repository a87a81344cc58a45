//! Files that need not be a skill: a package, an archive, one file alone.

use super::driver::{ScannedBundle, scan_bundle_with};
use super::{INCOMPLETE_FLAG, Ruleset};
use crate::skill::{FileContent, IssueKind, RawBundle, RawFile, SkillBundle, limits, root_digest};

/// Names under which an empty file stands in for instructions that are not there: the first that
/// no other file has, a link or a file that is too large to be read.
const STAND_INS: [&str; 4] = ["SKILL.md", "skill.md", "Skill.md", "SKILL.MD"];

/// Scans files with every rule, whether or not they are a skill.
///
/// Where they have no instructions, an empty file stands in for them while they are scanned. It
/// is in no digest, count or finding: the report is about what was handed over.
pub fn scan_files(raw: RawBundle, name: Option<&str>) -> ScannedBundle {
    scan_files_with(raw, name, Ruleset::builtin())
}

/// Scans files with every rule and the signatures of `ruleset`; see [`scan_files`].
pub fn scan_files_with(mut raw: RawBundle, name: Option<&str>, ruleset: &Ruleset) -> ScannedBundle {
    let instructions = raw.files.iter().position(is_readable_instructions);
    match instructions {
        // They come first, so that no limit on many files leaves them out.
        Some(index) => raw.files.swap(0, index),
        None => return without_instructions(raw, name, ruleset),
    }
    let (bundle, issues) = SkillBundle::parse(raw, name).expect("the first file is instructions that can be read");
    scan_bundle_with(bundle, issues, ruleset)
}

fn is_readable_instructions(file: &RawFile) -> bool {
    let is_small = matches!(&file.content, FileContent::Bytes(bytes) if bytes.len() as u64 <= limits::FILE_BYTES);
    is_small && file.path.eq_ignore_ascii_case(STAND_INS[0])
}

fn without_instructions(mut raw: RawBundle, name: Option<&str>, ruleset: &Ruleset) -> ScannedBundle {
    let is_free = |name: &&str| raw.files.iter().all(|file| file.path != *name);
    let stand_in = STAND_INS.into_iter().find(is_free).unwrap_or(STAND_INS[0]);
    raw.files.insert(
        0,
        RawFile { path: stand_in.to_owned(), content: FileContent::Bytes(Vec::new()), is_executable: false },
    );
    let (mut bundle, mut issues) = SkillBundle::parse(raw, name).expect("the instructions were just put there");
    issues.retain(|issue| {
        let is_of_others = matches!(issue.kind, IssueKind::InvalidPath | IssueKind::UnreadFile);
        is_of_others || !issue.path.eq_ignore_ascii_case(stand_in)
    });
    let files = bundle.files.iter().filter(|file| file.path.as_str() != stand_in);
    bundle.package_hash = root_digest(files.filter_map(|file| {
        file.bytes().map(|bytes| (file.path.as_str(), file.sha256, bytes.len() as u64, file.is_executable))
    }));
    let mut scanned = scan_bundle_with(bundle, issues, ruleset);
    let report = &mut scanned.report;
    // What the scanner did not look at is told of the instructions where it is about all files.
    report.findings.retain(|finding| finding.location.path != stand_in || finding.rule_id == INCOMPLETE_FLAG);
    report.completeness.files_read = report.completeness.files_read.saturating_sub(1);
    report.judge();
    scanned
}
