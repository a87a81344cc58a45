//! Scans of accounts: what was scanned, where it stands, and what came of it.
//!
//! A scan that waits is its own job. Start at [`Scans`].

mod contract;
mod record;

pub use contract::Scans;
pub(in crate::store) use record::parse_verdict;
pub use record::{
    LeasedScan, NewScan, ScanActivity, ScanAdmission, ScanEnd, ScanFilter, ScanKey, ScanKeyError, ScanKind, ScanLease,
    ScanLimits, ScanListing, ScanPage, ScanRecord, ScanResult, ScanSpaces, ScanStatus, ScanStatusError, verdict_word,
};
