//! The contract of every store of scans.

use async_trait::async_trait;

use super::{
    LeasedScan, NewScan, ScanActivity, ScanAdmission, ScanEnd, ScanFilter, ScanKey, ScanLease, ScanLimits, ScanListing,
    ScanPage, ScanRecord, ScanSpaces, ScanStatus,
};
use crate::account::UserId;
use crate::skill::Timestamp;
use crate::store::{AuditEntry, LeaseTerms, StoreError};

/// What is remembered of scans. Every method either happens as a whole or not at all.
#[async_trait]
pub trait Scans: Send + Sync {
    /// Keeps a scan, and its file where it has one, unless its account is beyond a limit. What
    /// has a result is done; what has none waits to be scanned.
    async fn create_scan(
        &self,
        scan: &NewScan,
        limits: &ScanLimits,
        now: Timestamp,
    ) -> Result<ScanAdmission, StoreError>;

    /// Counts a scan that is kept elsewhere among those that an account makes in a day; `false`
    /// where it has made `per_day` already.
    async fn count_scan(&self, user: &UserId, per_day: u32, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns a scan with all that is known of it.
    async fn scan(&self, key: &ScanKey) -> Result<Option<ScanRecord>, StoreError>;

    /// Returns scans that are in one of these spaces, the latest first, without their details.
    async fn list_scans(
        &self,
        spaces: &ScanSpaces,
        filter: &ScanFilter,
        page: ScanPage,
    ) -> Result<ScanListing, StoreError>;

    /// Forgets a scan and its file; `false` where there is none.
    async fn delete_scan(&self, key: &ScanKey, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError>;

    /// Leases the scan that waits the longest, of an account of which fewer than `at_once` are
    /// being worked on. One whose lease has ended waits again; one whose workers vanished too
    /// often is given up instead.
    async fn lease_scan(&self, worker: &str, terms: LeaseTerms, at_once: u32)
    -> Result<Option<LeasedScan>, StoreError>;

    /// Prolongs a lease, and notes how far the work has come where that is told. The answer is `false` where the
    /// lease has ended or the scan was deleted: then the work is to be dropped.
    async fn extend_scan(
        &self,
        lease: &ScanLease,
        status: Option<ScanStatus>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends the work on a scan and forgets its file. The answer is `false` where the lease was no
    /// longer held, or the scan was deleted; then nothing changes.
    async fn finish_scan(&self, lease: &ScanLease, end: &ScanEnd, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns how many scans each of these accounts has, and when it made the last one.
    async fn scan_activity(&self, users: &[UserId]) -> Result<Vec<(UserId, ScanActivity)>, StoreError>;
}
