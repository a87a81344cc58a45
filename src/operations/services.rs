//! What operations work with. Only `app` makes one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::agent_registry::AttestationDigests;
use super::published::SummaryCache;
use super::record_cache::RecordCache;
use crate::compute::Compute;
pub use crate::ingest::FollowReport;
use crate::ingest::IngestError;
pub use crate::meter::Limits as QuotaLimits;
use crate::meter::{Entitlements, Meter};
pub use crate::payment::Terms as PaymentTerms;
use crate::payment::{Facilitator, Patience, Payments};
use crate::search::SearchIndex;
use crate::skill::{SkillId, Timestamp};
use crate::store::{SkillRecord, Store, StoreError};

/// What operations work with. Clones share everything.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
    meter: Option<Arc<Meter>>,
    payments: Option<Arc<Payments>>,
}

struct Inner {
    store: Arc<dyn Store>,
    records: RecordCache,
    artifact_summaries: SummaryCache,
    attestation_digests: AttestationDigests,
    search: SearchIndex,
    compute: Compute,
    entitlements: Entitlements,
    clock: fn() -> Timestamp,
    public_url: String,
    started: Instant,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Services").field("public_url", &self.inner.public_url).finish_non_exhaustive()
    }
}

impl Services {
    /// Puts the parts together. `public_url` has no slash at its end.
    pub fn new(
        store: Arc<dyn Store>,
        search: SearchIndex,
        compute: Compute,
        clock: fn() -> Timestamp,
        public_url: String,
    ) -> Self {
        let inner = Inner {
            store,
            records: RecordCache::new(),
            artifact_summaries: SummaryCache::new(),
            attestation_digests: AttestationDigests::new(),
            search,
            compute,
            entitlements: Entitlements::new(),
            clock,
            public_url,
            started: Instant::now(),
        };
        Self { inner: Arc::new(inner), meter: None, payments: None }
    }

    /// Counts from now on what clients use, beginning with what the store knows of this day.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn metered(self, limits: QuotaLimits) -> Result<Self, StoreError> {
        let meter = Meter::restore(limits, &*self.inner.store, self.now()).await?;
        Ok(Self { meter: Some(Arc::new(meter)), ..self })
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
    }

    /// Returns the skills with these ids, in their order, without those that are not there.
    pub(super) async fn skills(&self, ids: &[SkillId]) -> Result<Vec<Arc<SkillRecord>>, StoreError> {
        let read = async |missing: Vec<SkillId>| self.inner.store.skills(&missing).await;
        self.inner.records.get(ids, read).await
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

    /// Embeds what a chosen model has not embedded yet; returns how many texts.
    ///
    /// # Errors
    /// Fails where the model cannot be loaded or run; search goes on without it.
    pub async fn embed_missing(&self) -> Result<u64, IngestError> {
        crate::ingest::embed_missing(&self.inner.search, &self.inner.compute, |_| {}).await
    }

    /// Scans what was stored under older rules.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn rescan_outdated(&self) -> Result<u64, IngestError> {
        crate::ingest::rescan_outdated(&self.inner.store, &self.inner.compute, self.now()).await
    }

    /// Hashes what was stored before the current recipes were known.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn hash_stored(&self) -> Result<u64, IngestError> {
        crate::ingest::hash_stored(&self.inner.store, &self.inner.compute).await
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
