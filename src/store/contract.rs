//! The contract of every store.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{
    Accounts, Advisories, AggregatorCounts, BatchOutcome, BundleDetail, BundleKey, BundleText, ClientUse, DigestMatch,
    Freshness, Jobs, LedgerEntry, NewPayment, Observation, PackageCertificates, PaymentState, PaymentStep, Reservation,
    RunSummary, Scans, SkillChange, SkillRecord, SkillRevision, SourceRun, StoreCounts, StoreError, Takedowns, Teams,
    Threats, Transfer,
};
use super::{PackageUses, PublisherHistories, RegistryKnowledge, Verifications, Webhooks};
use crate::recipe::{HeldDigest, RecipeDigest};
use crate::skill::{RawBundle, RepositoryFacts, RepositoryKey, Sha256Digest, SkillId, SourceIdentity, Timestamp};
use crate::trust::{Domain, PublisherStatement};

/// What is remembered. Every method either happens as a whole or not at all, and every one
/// may be called again after a crash.
#[async_trait]
pub trait Store:
    Jobs
    + Accounts
    + Scans
    + Freshness
    + Takedowns
    + Threats
    + Transfer
    + PackageCertificates
    + PackageUses
    + RegistryKnowledge
    + PublisherHistories
    + Verifications
    + Webhooks
    + Teams
    + Advisories
    + Send
    + Sync
{
    /// Starts a run over the source that `key` names.
    async fn begin_run(&self, key: &str, now: Timestamp) -> Result<SourceRun, StoreError>;

    /// Tells which of `keys` have a verdict of the current ruleset, so that their bundles
    /// need not be scanned again.
    async fn known_bundles(&self, keys: &[BundleKey]) -> Result<HashSet<BundleKey>, StoreError>;

    /// Records what was seen, in one transaction.
    ///
    /// An incomplete sighting of a SKILL.md that is stored completely changes nothing: a
    /// corpus file must not take away what a crawl has read.
    async fn apply(
        &self,
        run: SourceRun,
        observations: Vec<Observation>,
        now: Timestamp,
    ) -> Result<BatchOutcome, StoreError>;

    /// Ends a run that saw the whole source: what it did not see is no longer shown by this
    /// source, and what no source shows is unlisted.
    async fn finish_run(&self, run: SourceRun, now: Timestamp) -> Result<RunSummary, StoreError>;

    /// Returns the skills with these ids in the order of the ids; unknown ones are left out.
    async fn skills(&self, ids: &[SkillId]) -> Result<Vec<SkillRecord>, StoreError>;

    /// Returns the first listed skill whose source is one of `identities`, in their order.
    async fn skill_at(&self, identities: &[SourceIdentity]) -> Result<Option<SkillRecord>, StoreError>;

    /// Returns the listed skills with this SKILL.md, the canonical one first.
    async fn skills_with_content(&self, content_hash: Sha256Digest) -> Result<Vec<SkillRecord>, StoreError>;

    /// Returns the listed skills with this bundle, the canonical one first.
    async fn skills_with_package(&self, package_hash: Sha256Digest) -> Result<Vec<SkillRecord>, StoreError>;

    /// Returns the listed skills that have, or had, a bundle with this digest by any recipe
    /// that can have made it: current bundles first, then the plainer recipe, the canonical
    /// skill first. With `only`, of that skill alone, however many copies there are.
    async fn skills_with_digest(&self, held: HeldDigest, only: Option<SkillId>)
    -> Result<Vec<DigestMatch>, StoreError>;

    /// Returns the listed skills whose canonical source ([`SourceIdentity::canonical`]) begins
    /// with `prefix` and comes after `after`, in byte order of their sources, at most `limit`.
    async fn skills_below(&self, prefix: &str, after: &str, limit: u32) -> Result<Vec<SkillRecord>, StoreError>;

    /// Returns the files of a bundle as they were stored, and what was not read of it.
    async fn bundle_files(&self, key: BundleKey) -> Result<Option<RawBundle>, StoreError>;

    /// Returns everything that is known of a bundle.
    async fn bundle(&self, key: BundleKey) -> Result<Option<BundleDetail>, StoreError>;

    /// Returns listed skills that are no copies, the latest change first, each with the number of
    /// its change: those before the change `before`, at most `limit`.
    async fn newest_skills(&self, before: Option<u64>, limit: u32) -> Result<Vec<(u64, SkillRecord)>, StoreError>;

    /// Returns the raw files of a bundle, and the name under which it was scanned.
    async fn raw_bundle(&self, key: BundleKey) -> Result<Option<(RawBundle, String)>, StoreError>;

    /// Returns the bytes of the regular file at `path` of a bundle.
    async fn bundle_file(&self, key: BundleKey, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Returns a bundle that a listed skill has or had, whose SKILL.md or root digest is `digest`.
    async fn bundle_with_digest(&self, digest: Sha256Digest) -> Result<Option<BundleKey>, StoreError>;

    /// Returns skills that changed after `sequence`, oldest change first, at most `limit`.
    async fn changes_since(&self, sequence: u64, limit: u32) -> Result<Vec<SkillChange>, StoreError>;

    /// Returns the totals.
    async fn counts(&self) -> Result<StoreCounts, StoreError>;

    /// Returns the number of the latest change; cheap enough to ask every second.
    async fn sequence(&self) -> Result<u64, StoreError>;

    /// Returns bundles of listed skills without a verdict of the current ruleset, with the
    /// raw files and the name under which they were scanned: by key, those after `after`.
    async fn outdated_bundles(
        &self,
        after: Option<BundleKey>,
        limit: u32,
    ) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError>;

    /// Appends the verdict of a revision whose bundle is stored.
    async fn append_verdict(&self, revision: &SkillRevision) -> Result<(), StoreError>;

    /// Returns bundles that were stored before the current recipes were known, with the raw
    /// files and the name under which they were scanned.
    async fn unhashed_bundles(&self, limit: u32) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError>;

    /// Adds the digests of stored bundles, which are then hashed by the current recipes.
    async fn put_recipe_digests(&self, bundles: Vec<(BundleKey, Vec<RecipeDigest>)>) -> Result<(), StoreError>;

    /// Returns what hosts said of these repositories, in the order of the keys' text; those
    /// that were never asked about are left out.
    async fn repository_facts(
        &self,
        keys: &[RepositoryKey],
    ) -> Result<Vec<(RepositoryKey, RepositoryFacts)>, StoreError>;

    /// Replaces what hosts said of these repositories. Where that differs in what answers show,
    /// their skills have changed, and have the stars of the repository.
    async fn put_repository_facts(&self, rows: &[(RepositoryKey, RepositoryFacts)]) -> Result<(), StoreError>;

    /// Returns what these domains last said of repositories, in the order of the domains' text.
    async fn publisher_statements(&self, domains: &[Domain]) -> Result<Vec<PublisherStatement>, StoreError>;

    /// Replaces what a domain says.
    async fn put_publisher_statement(&self, statement: &PublisherStatement) -> Result<(), StoreError>;

    /// Returns what these bundles are assessed by, in any order.
    async fn bundle_texts(&self, keys: &[BundleKey]) -> Result<Vec<BundleText>, StoreError>;

    /// Returns by what a repository was recognised as one that mostly holds copies, where it was.
    async fn aggregator(&self, repository: &RepositoryKey) -> Result<Option<AggregatorCounts>, StoreError>;

    /// Returns what clients have used on a day, those first that have used most, at most
    /// `limit`.
    async fn client_use(&self, day: i64, limit: u32) -> Result<Vec<ClientUse>, StoreError>;

    /// Replaces what is known of these clients, and forgets every day before the latest of
    /// `rows`.
    async fn put_client_use(&self, rows: Vec<ClientUse>) -> Result<(), StoreError>;

    /// Takes the nonce of a payment, and its name where it has one. Those of a payment that
    /// moved nothing are free; one that failed to be settled keeps its nonce.
    async fn reserve_payment(&self, payment: &NewPayment, now: Timestamp) -> Result<Reservation, StoreError>;

    /// Takes a payment a step further. Tells `false`, and changes nothing, where it is not
    /// where the step begins or this is no longer its attempt.
    async fn step_payment(
        &self,
        key: Sha256Digest,
        attempt: u32,
        step: &PaymentStep,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes that the answer to a settled payment was given. It is kept only where the payment
    /// has a name, by which it may be asked for again.
    async fn mark_payment_delivered(&self, key: Sha256Digest, attempt: u32) -> Result<(), StoreError>;

    /// Returns what is known of a payment.
    async fn payment(&self, key: Sha256Digest) -> Result<Option<LedgerEntry>, StoreError>;

    /// Returns the payments that came to `state` at `since` or later, the oldest first, at most
    /// `limit`.
    async fn payments_in(
        &self,
        state: PaymentState,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Returns payments whose settlement is not known, of those that came to it at `since` or
    /// later, at most `limit`: those first that were asked about the longest time ago, or never.
    /// Notes that they are asked about now.
    async fn ask_unsettled_payments(
        &self,
        since: Timestamp,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Abandons what was reserved or verified at `before` or earlier, or at any time: nobody is
    /// at it any more, and nothing can have moved. Returns how many.
    async fn close_interrupted_payments(&self, before: Option<Timestamp>, now: Timestamp) -> Result<u64, StoreError>;

    /// Drops the answers and names of a day ago, and the rows of payments that moved nothing,
    /// after a day and beyond ten thousand. Payments that are settled, or may be, stay.
    async fn prune_payments(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Offers `terms` from `now` on, and nothing else. Returns what was offered before, within
    /// a day, and until when.
    async fn offer_terms(&self, terms: &str, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError>;
}
