//! What the fuzz targets share: a skill around the bytes that are tried, and the claims that
//! hold for every input.

use touchmark::scan::{ScanReport, scan_bundle};
use touchmark::skill::{FileContent, RawBundle, RawFile, SkillBundle};

/// Scans an ordinary skill that ships `content` at `path`, and checks what holds for any.
pub fn scan_with(path: &str, content: &[u8]) {
    let mut files = vec![file(path, content)];
    if path != "SKILL.md" {
        files.push(file("SKILL.md", b"---\nname: demo\ndescription: Does it.\n---\nRun the files beside this one.\n"));
    }
    scan(files);
}

/// Scans `files` where they are a skill, and checks what holds for any.
pub fn scan(files: Vec<RawFile>) {
    let Ok((bundle, issues)) = SkillBundle::parse(RawBundle { files, unread: Vec::new() }, Some("demo")) else {
        return;
    };
    let first = scan_bundle(bundle.clone(), issues.clone()).report;
    check(&first);
    let second = scan_bundle(bundle, issues).report;
    assert_eq!(first, second, "the same bundle gives the same report");
}

/// A regular file.
pub fn file(path: &str, content: &[u8]) -> RawFile {
    RawFile { path: path.to_owned(), content: FileContent::Bytes(content.to_vec()), is_executable: false }
}

fn check(report: &ScanReport) {
    for finding in &report.findings {
        for text in [&finding.evidence, &finding.reason, &finding.location.path] {
            assert!(!text.chars().any(|character| character.is_control()), "{}: {text:?}", finding.rule_id);
        }
        assert!(finding.evidence.len() < 4_096, "{}: the evidence is bounded", finding.rule_id);
    }
}
