//! A policy that was read, and can be held to.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::error::PolicyError;
use super::exception::Exception;
use super::parse;
use super::rule::Rule;
use super::source_prefix::SourcePrefix;
use crate::scan::{SafetyStatus, Suppressions};

/// What a project lets in.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Publishers that pass, in lower case; all where there is no list.
    pub(super) publishers: Option<BTreeSet<String>>,
    /// Sources that pass; all where there is no list.
    pub(super) sources: Option<Vec<SourcePrefix>>,
    /// Verdicts that pass.
    pub(super) verdicts: BTreeSet<SafetyStatus>,
    /// How old an audit may be, in days; as old as it likes where nothing is said.
    pub(super) max_audit_age_days: Option<u32>,
    /// What becomes of a skill that the index does not know.
    pub(super) unknown: Response,
    /// What becomes of a skill whose verdict is not of today's content and rules.
    pub(super) stale: Response,
    /// Rules of its own, in the order in which they are written.
    pub(super) rules: Vec<Rule>,
    /// What is promised of it.
    pub(super) cases: Vec<Case>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) suppressions: Suppressions,
}

/// Something that a policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Who published it.
    Publisher,
    /// Where it came from.
    Source,
    /// The verdict.
    Verdict,
    /// When the verdict was made.
    AuditAge,
    /// Whether the index knows it.
    Unknown,
    /// Whether the verdict is of today's content and rules.
    Stale,
    /// A rule of the policy's own.
    Rule,
}

impl Check {
    /// Every check that policies have without rules of their own, in the order of a report.
    pub const ALL: [Self; 6] =
        [Self::Publisher, Self::Source, Self::Verdict, Self::AuditAge, Self::Unknown, Self::Stale];

    /// Returns the word for it in a policy and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Source => "source",
            Self::Verdict => "verdict",
            Self::AuditAge => "audit-age",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Rule => "rule",
        }
    }
}

/// What becomes of a skill of which something is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Nothing is said.
    Allow,
    /// It passes, and it is said.
    Warn,
    /// It does not pass.
    Refuse,
}

impl Policy {
    /// Where a project keeps its policy, below its folder.
    pub const FILE: &str = "touchmark.toml";

    /// Reads a policy.
    ///
    /// # Errors
    /// Fails where the text is not TOML, a key is unknown, or a value cannot be held to.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        parse::policy(text)
    }

    /// Returns the findings that were accepted, for whoever scans what is installed.
    pub fn suppressions(&self) -> &Suppressions {
        &self.suppressions
    }
}

impl Default for Policy {
    /// The policy of a project that wrote none: an empty text says the same.
    fn default() -> Self {
        Self {
            publishers: None,
            sources: None,
            verdicts: BTreeSet::from([
                SafetyStatus::Safe,
                SafetyStatus::Unaudited,
                SafetyStatus::Caution,
                SafetyStatus::Warning,
            ]),
            max_audit_age_days: None,
            unknown: Response::Warn,
            stale: Response::Warn,
            rules: Vec::new(),
            cases: Vec::new(),
            exceptions: Vec::new(),
            suppressions: Suppressions::default(),
        }
    }
}
