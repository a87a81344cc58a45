//! The contract of every store that knows publishers.

use async_trait::async_trait;

use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, SkillId, SkillSource, Timestamp};
use crate::store::{StoreError, StoredVerdict};

/// What the index has seen of the skills of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct PublisherHistory {
    /// The account, as `host/owner` in lower case.
    pub account: String,
    /// When the index first stored a skill of theirs. Unlike a commit nobody can date it back.
    pub first_seen: Timestamp,
    /// Their skills, listed or not, by their source; at most as many as were asked for.
    pub skills: Vec<PublishedSkill>,
}

/// A skill of a publisher.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedSkill {
    /// Its id.
    pub skill_id: SkillId,
    /// Display name, sanitised.
    pub name: String,
    /// Where it was last seen.
    pub source: SkillSource,
    /// Whether any source still shows it.
    pub is_listed: bool,
    /// Whether another repository has the original, or the source says so itself.
    pub is_copy: bool,
    /// Whether every file of it was read.
    pub is_complete: bool,
    /// Root digest of the bundle.
    pub package_hash: Sha256Digest,
    /// Digest of SKILL.md.
    pub content_hash: Sha256Digest,
    /// The latest verdict on the bundle that it has now.
    pub verdict: Option<StoredVerdict>,
    /// How often a bundle of it was scanned, older rules included.
    pub scan_count: u64,
    /// The worst verdict on a bundle that it had before, by the latest rules that saw it, and of
    /// when it is.
    pub worst_earlier: Option<(SafetyStatus, Timestamp)>,
}

/// What the index has seen of publishers.
#[async_trait]
pub trait PublisherHistories: Send + Sync {
    /// Returns what was seen of the first of `accounts` of which anything was, with at most
    /// `limit` skills.
    async fn publisher_history(&self, accounts: &[String], limit: u32) -> Result<Option<PublisherHistory>, StoreError>;
}
