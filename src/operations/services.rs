//! What operations work with. Only `app` makes one.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::accounts::AccountServices;
use super::agent_registry::AttestationDigests;
use super::assessments::AssessmentCache;
use super::imitation::VendorAccounts;
use super::index_condition::{DEFAULT_OVERDUE, IndexWatch};
use super::published::SummaryCache;
use super::record_cache::{KnownFacts, RecordCache};
use super::{Origin, TakedownFile};
use crate::certificate::AuditPrice;
use crate::compute::Compute;
use crate::github::GithubClient;
pub use crate::ingest::FollowReport;
use crate::ingest::IngestError;
pub use crate::meter::Limits as QuotaLimits;
use crate::meter::{Entitlements, Meter};
pub use crate::payment::Terms as PaymentTerms;
use crate::payment::{Facilitator, Patience, Payments};
use crate::search::{MovedVectors, SearchIndex};
use crate::skill::{Publishers, RepositoryKey, SkillId, Timestamp};
use crate::source::{PackageClient, Reach};
use crate::store::{FollowedIndex, SkillRecord, Store, StoreError};
use crate::trust::PublisherDirectory;

/// What operations work with. Clones share everything.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
    meter: Option<Arc<Meter>>,
    payments: Option<Arc<Payments>>,
    accounts: Option<Arc<AccountServices>>,
    takedown_file: Option<Arc<TakedownFile>>,
    overdue_limit: Duration,
    github: Option<Arc<GithubClient>>,
    reach: Reach,
    packages: Option<Arc<PackageClient>>,
    audit_price: AuditPrice,
    progress: Option<ProgressSink>,
    may_read_folders: bool,
    origin: Option<Origin>,
}

/// What hears how far a long call has come.
type ProgressSink = Arc<dyn Fn(CallProgress) + Send + Sync>;

/// How far a long call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallProgress {
    /// Steps that are done.
    pub done: u64,
    /// All steps.
    pub total: u64,
    /// What a step is, in our own words.
    pub step: &'static str,
}

struct Inner {
    store: Arc<dyn Store>,
    records: RecordCache,
    facts: RecordCache<KnownFacts>,
    artifact_summaries: SummaryCache,
    attestation_digests: AttestationDigests,
    search: SearchIndex,
    compute: Compute,
    entitlements: Entitlements,
    directory: PublisherDirectory,
    assessments: AssessmentCache,
    clock: fn() -> Timestamp,
    public_url: String,
    vendor_accounts: VendorAccounts,
    publishers: Publishers,
    started: Instant,
    bundles_to_rescan: AtomicU64,
    index_watch: IndexWatch,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Services").field("public_url", &self.inner.public_url).finish_non_exhaustive()
    }
}

impl Services {
    /// Puts the parts together. `public_url` has no slash at its end; `directory` is whom the
    /// index knows.
    pub fn new(
        store: Arc<dyn Store>,
        search: SearchIndex,
        compute: Compute,
        directory: PublisherDirectory,
        clock: fn() -> Timestamp,
        public_url: String,
        publishers: Publishers,
    ) -> Self {
        let inner = Inner {
            store,
            records: RecordCache::new(),
            facts: RecordCache::new(),
            artifact_summaries: SummaryCache::new(),
            attestation_digests: AttestationDigests::new(),
            search,
            compute,
            entitlements: Entitlements::new(),
            directory,
            assessments: AssessmentCache::new(),
            clock,
            public_url,
            vendor_accounts: VendorAccounts::new(&publishers),
            publishers,
            started: Instant::now(),
            bundles_to_rescan: AtomicU64::new(0),
            index_watch: IndexWatch::default(),
        };
        Self {
            inner: Arc::new(inner),
            meter: None,
            payments: None,
            accounts: None,
            takedown_file: None,
            overdue_limit: DEFAULT_OVERDUE,
            github: None,
            reach: Reach::Public,
            packages: None,
            audit_price: AuditPrice::default(),
            progress: None,
            may_read_folders: false,
            origin: None,
        }
    }

    /// Tells from now on how far the origin is followed that this service has its index from.
    #[must_use]
    pub fn following(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    pub(super) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Returns the state of the index that this one follows.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn followed(&self) -> Result<Option<FollowedIndex>, StoreError> {
        Ok(self.inner.store.index_standing().await?.followed)
    }

    /// Counts from now on what clients use, beginning with what the store knows of this day.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn metered(self, limits: QuotaLimits) -> Result<Self, StoreError> {
        let meter = Meter::restore(limits, &*self.inner.store, self.now()).await?;
        Ok(Self { meter: Some(Arc::new(meter)), ..self })
    }

    /// Keeps from now on to the operator's list of takedowns.
    #[must_use]
    pub fn with_takedown_file(self, file: TakedownFile) -> Self {
        Self { takedown_file: Some(Arc::new(file)), ..self }
    }

    pub(super) fn takedown_file(&self) -> Option<&Arc<TakedownFile>> {
        self.takedown_file.as_ref()
    }

    /// Lets requests name folders on this machine: for callers who could read them anyway.
    pub fn reading_folders(self) -> Self {
        Self { may_read_folders: true, ..self }
    }

    /// Tells whether requests may name folders on this machine.
    pub fn may_read_folders(&self) -> bool {
        self.may_read_folders
    }

    /// Tells `sink` from now on how far long calls have come.
    pub fn reporting_to(self, sink: impl Fn(CallProgress) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(sink)), ..self }
    }

    pub(super) fn report(&self, step: &'static str, done: u64, total: u64) {
        if let Some(progress) = &self.progress {
            progress(CallProgress { done, total, step });
        }
    }

    /// Tells whether it is counted what clients use.
    pub fn is_metered(&self) -> bool {
        self.meter.is_some()
    }

    /// Takes payments from now on for what the free tier does not cover, and closes what an
    /// earlier process left behind.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn paid(
        self,
        terms: PaymentTerms,
        facilitator: Arc<dyn Facilitator>,
        patience: Patience,
    ) -> Result<Self, StoreError> {
        let store = self.inner.store.clone();
        let payments = Payments::open(terms, facilitator, store, patience, self.inner.clock).await?;
        Ok(Self { payments: Some(Arc::new(payments)), ..self })
    }

    /// Offers the API with accounts from now on.
    pub fn with_accounts(self, accounts: AccountServices) -> Self {
        Self { accounts: Some(Arc::new(accounts)), ..self }
    }

    /// Tells whether the instance has accounts.
    pub fn has_accounts(&self) -> bool {
        self.accounts.is_some()
    }

    pub(super) fn accounts(&self) -> Option<&AccountServices> {
        self.accounts.as_deref()
    }

    /// Asks GitHub from now on which repositories there are, and what it knows of them.
    #[must_use]
    pub fn with_github(self, github: Arc<GithubClient>) -> Self {
        Self { github: Some(github), ..self }
    }

    pub(super) fn github(&self) -> Option<&Arc<GithubClient>> {
        self.github.as_ref()
    }

    /// Lets what strangers name lead to this machine as well: for tests, and for operators whose
    /// marketplace runs beside the service.
    #[must_use]
    pub fn reaching_this_machine(self) -> Self {
        Self { reach: Reach::ThisMachine, ..self }
    }

    /// Fetches packages from these registries from now on, and from no other.
    #[must_use]
    pub fn with_packages(self, client: PackageClient) -> Self {
        Self { packages: Some(Arc::new(client)), ..self }
    }

    pub(super) fn packages(&self) -> Option<&Arc<PackageClient>> {
        self.packages.as_ref()
    }

    /// Reckons from now on with this price of an audit; nobody is charged.
    #[must_use]
    pub fn with_audit_price(self, price: AuditPrice) -> Self {
        Self { audit_price: price, ..self }
    }

    /// Returns what an audit costs.
    pub fn audit_price(&self) -> AuditPrice {
        self.audit_price
    }

    pub(super) fn reach(&self) -> Reach {
        self.reach
    }

    /// Tells whether payments are taken.
    pub fn is_paid(&self) -> bool {
        self.payments.is_some()
    }

    /// Returns what a payment has to be, where payments are taken.
    pub fn payment_terms(&self) -> Option<&PaymentTerms> {
        self.payments.as_ref().map(|payments| payments.terms())
    }

    pub(super) fn payments(&self) -> Option<&Arc<Payments>> {
        self.payments.as_ref()
    }

    pub(super) fn meter(&self) -> Option<&Meter> {
        self.meter.as_deref()
    }

    /// Returns the URL under which clients reach the service.
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    /// Forgets the records that answers are made of. Whoever calls it at every change of the
    /// store lets them be kept in between.
    pub(super) fn renew_records(&self) {
        self.inner.records.renew();
        self.inner.facts.renew();
    }

    /// Returns the skills with these ids, in their order, without those that are not there.
    pub(super) async fn skills(&self, ids: &[SkillId]) -> Result<Vec<Arc<SkillRecord>>, StoreError> {
        let read = async |missing: Vec<SkillId>| self.inner.store.skills(&missing).await;
        self.inner.records.get(ids, read).await
    }

    /// Returns what hosts said of the repositories with these keys, in their order: one question
    /// for all that is not kept. A repository of which nothing is known has no facts.
    pub(super) async fn facts(&self, keys: &[RepositoryKey]) -> Result<Vec<Arc<KnownFacts>>, StoreError> {
        let read = async |missing: Vec<RepositoryKey>| {
            let mut known: HashMap<_, _> = self.inner.store.repository_facts(&missing).await?.into_iter().collect();
            let row = |key: RepositoryKey| KnownFacts { facts: known.remove(&key), key };
            Ok(missing.into_iter().map(row).collect())
        };
        self.inner.facts.get(keys, read).await
    }

    /// Returns the number of the latest change that answers can show. An answer that was
    /// made at another number may be out of date.
    pub async fn change_number(&self) -> Option<u64> {
        self.inner.store.sequence().await.ok()
    }

    /// Brings search up to date with the store, where another process is not doing so.
    ///
    /// # Errors
    /// Fails where the store or the index does.
    pub async fn follow(&self) -> Result<FollowReport, IngestError> {
        crate::ingest::follow(&self.inner.store, &self.inner.search, &self.inner.compute).await
    }

    /// Lets search follow at once where nobody serves, so that the next search does not find what
    /// was taken away; whoever serves holds the index, and follows by itself.
    pub(super) async fn follow_if_free(&self) {
        if let Err(error) = self.follow().await {
            tracing::debug!(%error, "search does not follow at the moment");
        }
    }

    /// Embeds what a chosen model has not embedded yet; returns how many texts.
    ///
    /// # Errors
    /// Fails where the model cannot be loaded or run; search goes on without it.
    pub async fn embed_missing(&self) -> Result<u64, IngestError> {
        crate::ingest::embed_missing(&self.inner.search, &self.inner.compute, |_| {}).await
    }

    /// Takes vectors over that came with an index, before search follows it; returns how many.
    ///
    /// # Errors
    /// Fails where the store or the index does.
    pub async fn take_over_vectors(&self, vectors: MovedVectors) -> Result<u64, IngestError> {
        crate::ingest::take_over_vectors(&self.inner.store, &self.inner.search, &self.inner.compute, vectors).await
    }

    /// Scans what was stored under older rules.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn rescan_outdated(&self) -> Result<u64, IngestError> {
        let left = &self.inner.bundles_to_rescan;
        let total = self.inner.store.outdated_count().await?;
        left.store(total, Ordering::Relaxed);
        let progress = |count: u64| left.store(total.saturating_sub(count), Ordering::Relaxed);
        crate::ingest::rescan_outdated(&self.inner.store, &self.inner.compute, self.now(), progress).await
    }

    /// Returns how many bundles wait to be scanned again, as the latest run counts them.
    pub(super) fn bundles_to_rescan(&self) -> u64 {
        self.inner.bundles_to_rescan.load(Ordering::Relaxed)
    }

    /// Sets how long sources may be overdue before the index counts as stale.
    #[must_use]
    pub fn with_overdue_limit(self, limit: Duration) -> Self {
        Self { overdue_limit: limit, ..self }
    }

    pub(super) fn overdue_limit(&self) -> Duration {
        self.overdue_limit
    }

    pub(super) fn index_watch(&self) -> &IndexWatch {
        &self.inner.index_watch
    }

    /// Hashes what was stored before the current recipes were known.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn hash_stored(&self) -> Result<u64, IngestError> {
        crate::ingest::hash_stored(&self.inner.store, &self.inner.compute).await
    }

    /// Reads which packages stored bundles use, where nobody has.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn read_packages(&self) -> Result<u64, IngestError> {
        crate::ingest::read_packages(&self.inner.store, &self.inner.compute, self.now()).await
    }

    /// Picks up what another process wrote into the index.
    pub fn reload(&self) -> bool {
        self.inner.search.reload().unwrap_or_else(|error| {
            tracing::warn!(%error, "the index could not be reloaded");
            false
        })
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    pub(super) fn publishers(&self) -> &Publishers {
        &self.inner.publishers
    }

    pub(super) fn vendor_accounts(&self) -> &VendorAccounts {
        &self.inner.vendor_accounts
    }

    pub(super) fn artifact_summaries(&self) -> &SummaryCache {
        &self.inner.artifact_summaries
    }

    pub(super) fn attestation_digests(&self) -> &AttestationDigests {
        &self.inner.attestation_digests
    }

    pub(super) fn search(&self) -> &SearchIndex {
        &self.inner.search
    }

    pub(super) fn compute(&self) -> &Compute {
        &self.inner.compute
    }

    pub(super) fn directory(&self) -> &PublisherDirectory {
        &self.inner.directory
    }

    pub(super) fn assessment_cache(&self) -> &AssessmentCache {
        &self.inner.assessments
    }

    pub(super) fn entitlements(&self) -> &Entitlements {
        &self.inner.entitlements
    }

    pub(super) fn clock(&self) -> fn() -> Timestamp {
        self.inner.clock
    }

    /// Returns the time, by the clock of the service.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    pub(super) fn uptime(&self) -> Duration {
        self.inner.started.elapsed()
    }
}
