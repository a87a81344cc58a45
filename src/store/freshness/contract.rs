//! The contract of whoever remembers visits.

use async_trait::async_trait;

use super::{ListingChange, SkillStanding, SourceHistory, VisitNote};
use crate::recipe::HeldDigest;
use crate::skill::{SkillId, SourceIdentity, Timestamp};
use crate::store::{DigestMatch, SkillRecord, StoreError};

/// What is remembered of visits. Every method either happens as a whole or not at all.
#[async_trait]
pub trait Freshness: Send + Sync {
    /// Notes what a visit to a source heard. Skills that only a gone source shows are unlisted,
    /// and listed again when it is seen.
    async fn note_visit(&self, source: &str, note: VisitNote, now: Timestamp) -> Result<ListingChange, StoreError>;

    /// Returns what is known of these sources, by key; those that were never visited are left
    /// out.
    async fn source_histories(&self, keys: &[String]) -> Result<Vec<SourceHistory>, StoreError>;

    /// Returns what is known of sources that are crawled, by key, at most `limit`.
    async fn crawled_sources(&self, limit: u32) -> Result<Vec<SourceHistory>, StoreError>;

    /// Returns how a skill stands to its sources.
    async fn standing(&self, id: SkillId) -> Result<Option<SkillStanding>, StoreError>;

    /// Returns the first skill at one of `identities` that is not listed any more, in their order.
    async fn unlisted_skill_at(&self, identities: &[SourceIdentity]) -> Result<Option<SkillRecord>, StoreError>;

    /// Returns skills that are not listed any more and have, or had, a bundle with this digest,
    /// in the order of `skills_with_digest`.
    async fn unlisted_with_digest(&self, held: HeldDigest) -> Result<Vec<DigestMatch>, StoreError>;

    /// Returns how many bundles of listed skills have no verdict of the current ruleset.
    async fn outdated_count(&self) -> Result<u64, StoreError>;
}
