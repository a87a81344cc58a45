//! What somebody has accepted although the policy speaks against it.

use super::facts::SkillFacts;
use super::judge::Violation;
use super::terms::Check;
use crate::scan::Decision;
use crate::skill::Sha256Digest;

/// A decision about one check of one content.
#[derive(Debug, Clone)]
pub(super) struct Exception {
    /// What is not held against the skill.
    pub check: Check,
    /// The rule that is not held against it, where the check is one of the policy's own.
    pub rule: Option<String>,
    /// The name of the skill in the project; every skill of this content where it is left out.
    pub skill: Option<String>,
    /// The content, as root digest v1.
    pub root_digest: Option<Sha256Digest>,
    /// The content, as the digest of SKILL.md.
    pub content_hash: Option<Sha256Digest>,
    /// Why, by whom, until when.
    pub decision: Decision,
}

impl Exception {
    /// Tells whether everything that the exception names is true of the skill. At least one
    /// digest is named.
    pub fn is_about(&self, violation: &Violation, facts: &SkillFacts<'_>) -> bool {
        self.check == violation.check
            && self.rule == violation.rule
            && self.skill.as_deref().is_none_or(|skill| skill == facts.name)
            && self.root_digest.is_none_or(|digest| facts.root_digest == Some(digest))
            && self.content_hash.is_none_or(|digest| facts.content_hash == Some(digest))
    }
}
