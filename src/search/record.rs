//! What search knows of a skill.

use crate::scan::SafetyStatus;
use crate::skill::{Originality, PublisherStanding, Registry, Sha256Digest, SkillId, Timestamp};

/// Everything that search needs to know of one listed skill.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRecord {
    /// The skill's id, by which a record replaces an older one.
    pub skill_id: SkillId,
    /// The digest of SKILL.md.
    pub content_hash: Sha256Digest,
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// The headings of SKILL.md, one a line; the embedder reads all of them, however long the body.
    pub headings: String,
    /// The body of SKILL.md with its headings, cut by the caller to `limits::INDEXED_TEXT_BYTES`.
    pub body: String,
    /// The publisher.
    pub publisher: String,
    /// The repository by which people know the skill, as `owner/repository`.
    pub repository: String,
    /// The paths of the skill's files, one a line, without SKILL.md.
    pub file_paths: String,
    /// How many files the skill has beside SKILL.md.
    pub file_count: u32,
    /// How many listed skills have the same SKILL.md, this one included.
    pub copy_count: u32,
    /// Whether the scan found anything, rather than only not having read everything.
    pub has_findings: bool,
    /// The licence of the repository, where it is known.
    pub license: Option<String>,
    /// The kind of place in which the skill was found.
    pub registry: Registry,
    /// The stars of the repository, where they are known.
    pub stars: Option<u64>,
    /// When the skill changed last, where it is known.
    pub updated_at: Option<Timestamp>,
    /// The verdict; a dangerous skill is not searchable.
    pub status: SafetyStatus,
    /// How many things a reader of the skill would complain about.
    pub quality_flag_count: u32,
    /// Whether every file of the skill could be read.
    pub is_complete: bool,
    /// Whether the skill holds something that runs.
    pub executes_code: bool,
    /// Whether the source looks like the place where the skill was written.
    pub originality: Originality,
    /// Whether the repository mostly holds copies.
    pub is_aggregator: bool,
    /// What is known of the publisher.
    pub publisher_standing: PublisherStanding,
    /// The earliest commit at which the source was seen to hold the skill, where it is known.
    pub first_committed_at: Option<Timestamp>,
    /// What copies of the skill mostly share: [`crate::skill::CopyKey::short`].
    pub copy_key: u64,
    /// Whether this is the canonical source of byte-identical copies; others are not searchable.
    pub is_canonical: bool,
}

impl IndexRecord {
    /// Tells whether the record may be found at all.
    pub fn is_searchable(&self) -> bool {
        self.is_canonical && self.status != SafetyStatus::Dangerous
    }
}
