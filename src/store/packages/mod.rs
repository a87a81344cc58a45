//! Certificates of packages: the contract of every store of them.

mod contract;
mod knowledge;
#[cfg(test)]
pub(super) mod suite;

pub use contract::{CertificateOutcome, CertificateTotals, PackageCertificates, PackageChange};
pub use knowledge::{DraftPreview, DraftTotals, RegistryAnswer, RegistryKnowledge};
