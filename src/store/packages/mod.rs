//! Certificates of packages: the contract of every store of them.

mod contract;
#[cfg(test)]
pub(super) mod suite;

pub use contract::{CertificateOutcome, CertificateTotals, PackageCertificates, PackageChange};
