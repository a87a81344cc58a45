//! The review of a change, in the order in which it is read.

use serde::Serialize;

use super::acts::ActChanges;
use super::files::{FileChange, file_changes, renamed_paths};
use super::findings::FindingChanges;
use super::frontmatter::{FrontmatterChanges, ToolChanges};
use super::text::TextChanges;
use crate::scan::{RecommendedAction, SafetyStatus, ScannedBundle};
use crate::skill::Sha256Digest;

/// Files that were not read and are named; the rest is counted.
const UNREAD_FILES: usize = 20;

/// What a change means: what a reviewer must know first stands first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeReview {
    /// The verdict before.
    pub base: ReviewedSide,
    /// The verdict after.
    pub candidate: ReviewedSide,
    /// What the skill does now and did not, and the other way round.
    pub acts: ActChanges,
    /// Tools that may be used without a question.
    pub tools: ToolChanges,
    /// Findings that appeared, worsened or went.
    pub findings: FindingChanges,
    /// Keys of the frontmatter that changed.
    pub frontmatter: FrontmatterChanges,
    /// Files that differ, by class and then by path.
    pub files: Vec<FileChange>,
    /// What differs in the texts, bounded.
    pub texts: TextChanges,
}

/// One side of a change, as it was scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewedSide {
    /// The display name; author-controlled, sanitised.
    pub name: String,
    /// The verdict.
    pub status: SafetyStatus,
    /// What to do with the skill.
    pub recommended_action: RecommendedAction,
    /// Cumulative risk: 0 is clean, 50 and more is critical.
    pub risk_score: u32,
    /// Whether the bundle holds something that runs.
    pub executes_code: bool,
    /// Root digest v1 of the files that were read.
    pub package_hash: Sha256Digest,
    /// The digest of SKILL.md.
    pub content_hash: Sha256Digest,
    /// Rules that made the verdict, as number and digest.
    pub ruleset_version: String,
    /// Files that were not read or not scanned to their end, with the reason; at most twenty.
    pub unread: Vec<String>,
    /// How many such files there are.
    pub unread_count: u64,
}

impl ChangeReview {
    /// Reviews the change from `base` to `candidate`.
    pub fn between(base: &ScannedBundle, candidate: &ScannedBundle) -> Self {
        let files = file_changes(&base.bundle, &candidate.bundle);
        let renamed = renamed_paths(&files);
        Self {
            base: ReviewedSide::of(base),
            candidate: ReviewedSide::of(candidate),
            acts: ActChanges::between(base, candidate, &renamed),
            tools: ToolChanges::between(&base.bundle.frontmatter, &candidate.bundle.frontmatter),
            findings: FindingChanges::between(&base.report, &candidate.report, &renamed),
            frontmatter: FrontmatterChanges::between(&base.bundle.frontmatter, &candidate.bundle.frontmatter),
            texts: TextChanges::between(&base.bundle, &candidate.bundle),
            files,
        }
    }

    /// Tells whether the verdict is a worse one than before.
    pub fn is_worse(&self) -> bool {
        self.candidate.status > self.base.status
    }
}

impl ReviewedSide {
    /// Returns what a scan says of one side.
    pub fn of(scanned: &ScannedBundle) -> Self {
        let report = &scanned.report;
        let unread = &report.completeness.unread;
        Self {
            name: scanned.bundle.name.clone(),
            status: report.status,
            recommended_action: report.recommended_action(),
            risk_score: report.risk_score,
            executes_code: report.executes_code,
            package_hash: report.package_hash,
            content_hash: report.content_hash,
            ruleset_version: report.ruleset_version.to_string(),
            unread: unread.iter().take(UNREAD_FILES).map(|file| format!("{}: {}", file.path, file.reason)).collect(),
            unread_count: unread.len() as u64,
        }
    }
}
