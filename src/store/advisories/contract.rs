//! The contract of whoever keeps advisories.

use async_trait::async_trait;

use super::{AdvisoryCounts, AdvisoryOutcome};
use crate::advisory::Advisory;
use crate::package::{PackageName, PackageRegistry};
use crate::skill::Timestamp;
use crate::store::StoreError;

/// Advisories by package. Every method either happens as a whole or not at all.
#[async_trait]
pub trait Advisories: Send + Sync {
    /// Takes advisories over: those that are new, and those that were changed since they were
    /// stored. One that was taken back is kept, so that an older file does not bring it back.
    /// One that calls a package malicious lowers the verdict of every stored bundle that uses it
    /// ([`crate::store::PackageUses`]).
    async fn put_advisories(&self, batch: &[Advisory], now: Timestamp) -> Result<AdvisoryOutcome, StoreError>;

    /// Returns what is known of these packages and was not taken back, by id. Which versions
    /// each concerns is in the advisory.
    async fn advisories_of(&self, packages: &[(PackageRegistry, PackageName)]) -> Result<Vec<Advisory>, StoreError>;

    /// Tells whether anything is known of any package. Asked with every answer, it counts nothing.
    async fn has_advisories(&self) -> Result<bool, StoreError>;

    /// Counts what is stored.
    async fn advisory_counts(&self) -> Result<AdvisoryCounts, StoreError>;
}
