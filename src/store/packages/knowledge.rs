//! What registries say of certified releases, and what drafts came to.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::account::UserId;
use crate::advisory::Advisory;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::Timestamp;
use crate::store::StoreError;

/// What a registry said when it was asked for the advisories of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryAnswer {
    /// When it was asked last, and answered.
    pub asked_at: Timestamp,
    /// What it said of that version; empty where it knows of nothing.
    pub advisories: Vec<Advisory>,
}

/// What a draft came to when it was last previewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DraftPreview {
    /// Packages that it names directly.
    pub packages: u64,
    /// Those of them that are certified.
    pub certified: u64,
    /// What their audits would have cost, in cents of a dollar.
    pub saved_cents: u64,
}

/// What all drafts came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DraftTotals {
    /// Drafts with packages.
    pub with_packages: u64,
    /// Those of them of which a package is certified.
    pub with_certified: u64,
    /// What the audits of certified packages would have cost, in cents of a dollar.
    pub saved_cents: u64,
}

/// What is remembered of registries and drafts.
#[async_trait]
pub trait RegistryKnowledge: Send + Sync {
    /// Keeps what registries said of releases, in the place of what they said before. A spec
    /// without a version is passed over.
    async fn put_registry_answers(
        &self,
        answers: &[(PackageSpec, Vec<Advisory>)],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Returns what was said last of each of these releases, by the text of its spec.
    async fn registry_answers(&self, releases: &[PackageSpec]) -> Result<BTreeMap<String, RegistryAnswer>, StoreError>;

    /// Returns certified releases of a registry of which it was never asked, or not since `before`:
    /// those that wait longest, at most `limit`.
    async fn releases_to_ask(
        &self,
        registry: PackageRegistry,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PackageSpec>, StoreError>;

    /// Notes what a draft of somebody came to, in the place of what it came to before. Of one
    /// account no more than `limit` drafts are kept; what is beyond is not counted.
    async fn note_draft(
        &self,
        user: &UserId,
        draft: &str,
        preview: &DraftPreview,
        limit: u32,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Sums up all drafts.
    async fn draft_totals(&self) -> Result<DraftTotals, StoreError>;
}
