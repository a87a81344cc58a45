//! What is certified of a package: which bytes were looked at, how far, and what was found.
//!
//! A package has no instructions for an agent; what counts is what runs when it is installed or
//! imported. So the scanner looks at all of it, and findings in what never runs are set aside.
//! The room is pure and knows neither registries' hosts nor the store. Start at
//! [`PackageReview::of`].

mod analysis;
mod compared;
mod ground;
#[cfg(test)]
mod hostile;
mod judgement;
mod named_repository;
mod package_certificate;
mod review;
#[cfg(test)]
mod tests;
mod tier;

pub use analysis::{AnalysisType, CompiledCode};
pub use compared::Compared;
pub use ground::{Ground, ground_of};
pub use judgement::{CouncilVerdict, SecurityLevel};
pub use named_repository::{NamedRepository, named_repository};
pub use package_certificate::{CertificateId, CertifiedFile, PackageCertificate};
pub use review::{PackageReview, ReviewError, ReviewedFile};
pub use tier::{AuditPrice, ComplexityTier};
