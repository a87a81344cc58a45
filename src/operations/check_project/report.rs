//! What a check of a project found. Every format is made from it.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::project::APPROVAL;
use super::verdict::VerdictState;
use crate::api::VerifyRequest;
use crate::approval::Drift;
use crate::change::{DriftReview, EarlierRevision};
use crate::lockfile::Position;
use crate::policy::Violation;
use crate::scan::SafetyStatus;
use crate::skill::Sha256Digest;

/// What a check of a project found.
#[derive(Debug, Clone, Default)]
pub struct ProjectReport {
    /// What was checked: approval records first, then each lockfile in its order. A skill that
    /// is installed at several places is there once for each.
    pub checks: Vec<SkillCheck>,
    /// What a reader should know beside it, in our own words; names in it are sanitised.
    pub notices: Vec<String>,
}

/// One record of one installed skill, and what became of it.
#[derive(Debug, Clone)]
pub struct SkillCheck {
    /// The file that records it; author-controlled.
    pub lockfile: String,
    /// The format of that file: `approval`, or as [`crate::lockfile::LockfileKind`] calls it.
    pub format: &'static str,
    /// Where in the file it stands; empty for an approval record and for a file as a whole.
    pub key: String,
    /// Where in its file that is, where it was asked for and found.
    pub position: Option<Position>,
    /// The name of the skill, or the id of the approval; author-controlled.
    pub name: String,
    /// The folder, below the project or the home folder; author-controlled.
    pub folder: Option<String>,
    /// Where that folder really is, which no report shows.
    pub real_folder: Option<PathBuf>,
    /// Whether the bytes are what was recorded.
    pub status: BytesStatus,
    /// What is wrong, where something is; author-controlled.
    pub error: Option<String>,
    /// Each recorded digest, and whether it holds.
    pub recorded: Vec<ComparedDigest>,
    /// The root digest v1 of what is there.
    pub root_digest: Option<Sha256Digest>,
    /// How many files are there, and how many bytes they have.
    pub amount: Option<(u64, u64)>,
    /// Which files moved, where the record knows single files.
    pub changes: Option<FileChanges>,
    /// What moved since an approval.
    pub drift: Option<Drift>,
    /// What an index knows of what was recorded, where that is not what is there.
    pub earlier: Option<EarlierRevision>,
    /// What the drift means for a reviewer.
    pub review: Option<DriftReview>,
    /// Whether another record of the same folder matched by a strong digest, so that a record
    /// that compares nothing is no gap.
    pub is_covered: bool,
    /// The verdict when the skill was pinned.
    pub pinned_status: Option<SafetyStatus>,
    /// What an index is asked.
    pub question: Option<VerifyRequest>,
    /// What it said; nothing where none was asked.
    pub verdict: Option<VerdictState>,
    /// Why the policy of the project does not let it in.
    pub violations: Vec<Violation>,
    /// What the policy lets in and tells all the same; sanitised.
    pub policy_notices: Vec<String>,
}

/// Whether the bytes are what was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BytesStatus {
    /// Every recorded digest holds.
    Match,
    /// A recorded digest does not hold.
    Drift,
    /// Nothing is installed at any place where it could be.
    NotInstalled,
    /// The lockfile records nothing that bytes could be compared with.
    NotRecorded,
    /// What is recorded cannot be made again from what is there.
    Ambiguous,
    /// The record is invalid.
    InvalidRecord,
    /// The record or the folder could not be read.
    Error,
}

/// A recorded digest, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedDigest {
    /// Where it stands in its file; author-controlled.
    pub key: String,
    /// How it was made: a name of [`crate::recipe::HashRecipe`].
    pub recipe: &'static str,
    /// The recorded digest.
    pub expected: String,
    /// What the same recipe makes of what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether both are one.
    pub matches: bool,
    /// Whether a match proves that the bytes are the same: `strong` or `weak`.
    pub strength: &'static str,
    /// Why it is weak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weakness: Option<&'static str>,
    /// What a match proves, in a sentence.
    pub proves: &'static str,
}

/// Which files moved; paths below the folder, author-controlled, in byte order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileChanges {
    /// Files that are not recorded.
    pub added: Vec<String>,
    /// Recorded files that are gone.
    pub removed: Vec<String>,
    /// Files with other bytes.
    pub modified: Vec<String>,
}

impl FileChanges {
    /// Tells whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.modified.is_empty()
    }
}

impl SkillCheck {
    /// Tells whether every digest that was compared is a weak one.
    pub fn is_weak(&self) -> bool {
        !self.recorded.is_empty() && self.recorded.iter().all(|digest| digest.strength == "weak")
    }

    /// Tells whether it matched, by a digest that proves it.
    pub fn is_strong_match(&self) -> bool {
        self.status == BytesStatus::Match && !self.is_weak()
    }

    /// Returns the check for programs. Text of authors is as it is; JSON escapes it.
    pub fn to_json(&self) -> Value {
        let mut value = json!({ "status": self.status });
        let mut add = |key: &str, part: Value| {
            if !part.is_null() {
                value[key] = part;
            }
        };
        if self.format == APPROVAL {
            add("record", json!(self.lockfile));
            add("approval_id", if self.folder.is_some() { json!(self.name) } else { Value::Null });
            add("artifact_path", json!(self.folder));
        } else {
            add("lockfile", json!(self.lockfile));
            add("key", json!(self.key));
            add("line", json!(self.position.map(|position| position.line)));
            add("column", json!(self.position.map(|position| position.column)));
            add("name", json!(self.name));
            add("folder", json!(self.folder));
            add("recorded", json!(self.recorded));
        }
        add("format", json!(self.format));
        add("root_digest", json!(self.root_digest));
        add("changes", json!(self.changes));
        add("drift", json!(self.drift));
        add("review", json!(self.review));
        add("error", json!(self.error));
        add("pinned_status", json!(self.pinned_status));
        add("verdict", json!(self.verdict));
        if !self.violations.is_empty() || !self.policy_notices.is_empty() {
            add("policy", json!({ "violations": self.violations, "notices": self.policy_notices }));
        }
        value
    }
}

impl ProjectReport {
    /// Returns the report for programs.
    pub fn to_json(&self) -> Value {
        let checks: Vec<Value> = self.checks.iter().map(SkillCheck::to_json).collect();
        let mut report = json!({ "schema_version": 1, "checks": checks });
        if !self.notices.is_empty() {
            report["notices"] = json!(self.notices);
        }
        report
    }
}
