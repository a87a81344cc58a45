//! The tool `compare_skills`.

use serde::{Deserialize, Serialize};

use crate::scan::{Finding, RecommendedAction, SafetyStatus};

/// Two revisions, of one skill or of two.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareSkillsRequest {
    /// Before: skill UUID (its current revision), or a content_hash or package_hash that the index holds or held.
    pub base: String,
    /// After, named in the same ways.
    pub candidate: String,
}

/// What a change means for a reviewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CompareSkillsResponse {
    /// Before, scanned with the current rules.
    pub base: ComparedSide,
    /// After, scanned with the current rules.
    pub candidate: ComparedSide,
    /// Whether both have the same bytes.
    pub is_same: bool,
    /// Whether the verdict is a worse one than before.
    pub is_worse: bool,
    /// What the candidate does now and did not, the most telling first.
    pub new_acts: Vec<NewActView>,
    /// What no file does any more.
    pub gone_acts: Vec<String>,
    /// Tools that it asks to use without a question, and did not.
    pub added_tools: Vec<String>,
    /// Tools that it asks for no more.
    pub removed_tools: Vec<String>,
    /// Findings that appeared or worsened, worst first.
    pub new_findings: Vec<Finding>,
    /// How many findings appeared or worsened.
    pub new_finding_count: u64,
    /// How many findings went.
    pub gone_finding_count: u64,
    /// Keys of the frontmatter that changed. Written by the skill's author.
    pub frontmatter: Vec<FrontmatterChangeView>,
    /// Files that differ, at most 200.
    pub files: Vec<FileChangeView>,
    /// How many files differ.
    pub file_count: u64,
    /// What differs in the texts, line by line, bounded. Written by the skill's author.
    pub diff: String,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ComparedSide {
    /// Display name. Written by the skill's author.
    pub name: String,
    /// Safety verdict.
    pub status: SafetyStatus,
    /// What to do.
    pub recommended_action: RecommendedAction,
    /// Cumulative risk: 0 is clean, 50 and more is critical.
    pub risk_score: u32,
    /// Whether something in it runs.
    pub executes_code: bool,
    /// Digest of SKILL.md.
    pub content_hash: String,
    /// Root digest of the bundle.
    pub package_hash: String,
    /// Rules that made the verdict.
    pub ruleset_version: String,
    /// Files that were not read.
    pub unread_count: u64,
}

/// Something that a skill does now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct NewActView {
    /// What is done.
    pub act: String,
    /// Whether no file of the skill did it before.
    pub is_new_to_skill: bool,
    /// Places that show it, as path:line.
    pub places: Vec<String>,
}

/// A key of the frontmatter that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FrontmatterChangeView {
    /// The key.
    pub key: String,
    /// The old value, or null where there was none.
    pub before: Option<String>,
    /// The new value, or null where there is none.
    pub after: Option<String>,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FileChangeView {
    /// added, changed, mode_changed, renamed or removed.
    pub kind: String,
    /// Path in the candidate, or in the base where it was removed.
    pub path: String,
    /// Path in the base, where the file was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}
