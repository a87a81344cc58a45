//! The tool `check_lockfile`.

use serde::{Deserialize, Serialize};

use super::BatchAnswer;
use crate::scan::SafetyStatus;

/// The text of a lockfile.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckLockfileRequest {
    /// Whole text of the lockfile, or of a SKILL.md that `gh skill` installed.
    pub content: String,
    /// Format, where it cannot be told from the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("enum" = ["touchmark", "skills-lock", "clawhub", "apm", "fastskill", "github-frontmatter", "global-skill-lock"]))]
    pub format: Option<String>,
}

/// What is known of every pin of a lockfile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckLockfileResponse {
    /// The format that was read.
    pub format: String,
    /// The worst verdict on a pin that is known, or null where none is.
    pub worst_status: Option<SafetyStatus>,
    /// The pins in numbers.
    pub summary: LockfileSummary,
    /// The pins, in the order of the file, at most 200.
    pub pins: Vec<LockfilePin>,
    /// What a reader should know beside it.
    pub notices: Vec<String>,
}

/// The pins of a lockfile in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LockfileSummary {
    /// Entries of the file.
    pub total: u64,
    /// Pins that lead to an indexed skill.
    pub matched: u64,
    /// Pins among them whose skill is to be blocked.
    pub blocked: u64,
    /// Pins among them whose digest is not, or no longer, what the index holds.
    pub changed: u64,
    /// Pins of which the index knows nothing.
    pub unknown: u64,
    /// Entries that cannot be read or looked up.
    pub unreadable: u64,
    /// Entries beyond the limit, which were not looked up.
    pub omitted: u64,
}

/// A pin of a lockfile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LockfilePin {
    /// Name in the lockfile. Written by whoever wrote the lockfile.
    pub name: String,
    /// Where it stands in the file.
    pub key: String,
    /// The digest that was looked up, or null where none is recorded.
    pub digest: Option<String>,
    /// What /verify answers, or an error.
    pub answer: BatchAnswer,
}
