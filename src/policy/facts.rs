//! What is known of a skill when it is held against a policy.

use super::stated::StatedScan;
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, Timestamp};

/// What is known of one skill of a project, or of one that is about to be installed.
#[derive(Debug, Clone, Copy)]
pub struct SkillFacts<'a> {
    /// The name under which the project holds it.
    pub name: &'a str,
    /// Who published it, as the index or a lockfile says.
    pub publisher: Option<&'a str>,
    /// Whether the publisher is proved to be who it says, where somebody looked.
    pub is_verified: Option<bool>,
    /// Where it came from.
    pub source_url: Option<&'a str>,
    /// Root digest v1 of what is installed.
    pub root_digest: Option<Sha256Digest>,
    /// The digest of the SKILL.md that is installed.
    pub content_hash: Option<Sha256Digest>,
    /// What the index says of it.
    pub index: IndexFacts,
    /// What a scan of these bytes found, where there was one.
    pub scan: Option<&'a StatedScan>,
}

/// What the index says of exactly these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexFacts {
    /// Nobody asked it, as with `--offline`: nothing is held against a skill for that.
    NotAsked,
    /// It does not know them.
    Unknown,
    /// It knows them.
    Known {
        /// The verdict.
        verdict: SafetyStatus,
        /// When the verdict was made.
        audited_at: Option<Timestamp>,
        /// Whether the verdict is of other content or of older rules than today's: every
        /// freshness but `fresh`.
        is_stale: bool,
    },
}
