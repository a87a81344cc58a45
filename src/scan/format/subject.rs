//! What is written down: the skills of one run, without the bytes of their files.

use crate::scan::{Finding, Persona, SafetyStatus, ScanReport, ScannedBundle};
use crate::skill::{FileContent, IssueKind, ParseIssue, Sha256Digest, limits, sanitise_line};

/// Everything that one run of a scan found.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// What was scanned, in the order in which it was read.
    pub skills: Vec<ScannedSkill>,
    /// What could not be scanned, and what is to say of the operator's lists.
    pub notices: Vec<Notice>,
    /// The URL below which the pages of the rules are served, without a slash at its end.
    pub documents_url: String,
}

/// Something to say beside the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether something could not be scanned, rather than configured.
    pub is_failure: bool,
    /// What it is, sanitised.
    pub text: String,
}

/// A skill and its report.
#[derive(Debug, Clone)]
pub struct ScannedSkill {
    /// The folder as it was named; files are below it.
    pub folder: String,
    /// The display name, sanitised.
    pub name: String,
    /// Files that were read, in order of path.
    pub files: Vec<ScannedFile>,
    /// What was found.
    pub report: ScanReport,
    /// What was odd about the skill.
    pub issues: Vec<ParseIssue>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedFile {
    /// Its path in the bundle, as findings show it.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// Its size; absent for a link.
    pub size_bytes: Option<u64>,
    /// Whether it may be executed.
    pub is_executable: bool,
}

impl ScannedSkill {
    /// Keeps of a scanned bundle in `folder` what a report shows.
    pub fn new(folder: String, scanned: &ScannedBundle) -> Self {
        let file = |file: &crate::skill::BundleFile| ScannedFile {
            path: sanitise_line(file.path.as_str(), limits::NAME_BYTES),
            sha256: file.sha256,
            size_bytes: match &file.content {
                FileContent::Bytes(bytes) => Some(bytes.len() as u64),
                FileContent::Symlink(_) => None,
            },
            is_executable: file.is_executable,
        };
        Self {
            folder,
            name: sanitise_line(&scanned.bundle.name, limits::NAME_CHARACTERS),
            files: scanned.bundle.files.iter().map(file).collect(),
            report: scanned.report.clone(),
            issues: scanned.issues.clone(),
        }
    }

    /// Returns the path of one of its files as it was named, with `/` between folders.
    pub(super) fn path(&self, file: &str) -> String {
        let folder = self.folder.replace('\\', "/");
        match folder.trim_start_matches("./").trim_end_matches('/') {
            "" | "." if !folder.starts_with('/') => file.to_owned(),
            folder => format!("{folder}/{file}"),
        }
    }
}

impl Run {
    /// Returns all findings with their skills: those that count first, the worst first.
    pub(super) fn findings(&self) -> Vec<(&ScannedSkill, &Finding)> {
        let mut findings: Vec<_> = self
            .skills
            .iter()
            .flat_map(|skill| skill.report.findings.iter().map(move |finding| (skill, finding)))
            .collect();
        // The sort is stable: within a severity, the order is that of the reports.
        findings.sort_by_key(|(_, finding)| {
            (finding.suppression.is_some(), std::cmp::Reverse(finding.severity), finding.persona != Persona::User)
        });
        findings
    }

    /// Returns the worst verdict; absent where nothing was scanned.
    pub(super) fn worst(&self) -> Option<SafetyStatus> {
        self.skills.iter().map(|skill| skill.report.status).max()
    }
}

impl ScannedSkill {
    /// Returns the number of findings that are worth a look, and were not decided about.
    pub(super) fn open_count(&self) -> usize {
        self.report.findings.iter().filter(|finding| finding.counts() && !finding.is_note()).count()
    }

    /// Returns the deviations that are not listed as unread already.
    pub(super) fn deviations(&self) -> impl Iterator<Item = &ParseIssue> {
        self.issues.iter().filter(|issue| issue.kind != IssueKind::UnreadFile)
    }
}

/// Returns a number with the word for what is counted.
pub(super) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
