//! The contract of every store of certificates.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::certificate::PackageCertificate;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::StoreError;

/// A file that a registry served with other bytes under the same version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageChange {
    /// The file, sanitised.
    pub file_name: String,
    /// The digest of the bytes that were certified.
    pub certified: Sha256Digest,
    /// The digest of the bytes that were served later.
    pub served: Sha256Digest,
    /// When that was first seen.
    pub seen_at: Timestamp,
}

/// What became of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateOutcome {
    /// It is stored.
    Stored,
    /// It was there: the same bytes under the same rules.
    Known,
    /// It is not stored: the registry changed files under the same version.
    Changed(Vec<PackageChange>),
}

/// How many certificates there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CertificateTotals {
    /// Releases with a certificate whose latest one does not reject them.
    pub certified: u64,
    /// Releases whose latest certificate rejects them.
    pub rejected: u64,
}

/// What is remembered of packages.
#[async_trait]
pub trait PackageCertificates: Send + Sync {
    /// Stores a certificate, unless one of its files was certified with other bytes: then the
    /// change is noted and nothing else.
    async fn put_certificate(&self, certificate: &PackageCertificate) -> Result<CertificateOutcome, StoreError>;

    /// Returns the latest certificate of a release; name and version in their normal forms.
    async fn certificate(
        &self,
        registry: PackageRegistry,
        name: &str,
        version: &str,
    ) -> Result<Option<PackageCertificate>, StoreError>;

    /// Returns the latest certificate of each of these releases that has one, by the text of its
    /// spec; a spec without a version has none.
    async fn certificates(&self, releases: &[PackageSpec]) -> Result<BTreeMap<String, PackageCertificate>, StoreError>;

    /// Returns what a registry changed under one version, the latest first.
    async fn package_changes(
        &self,
        registry: PackageRegistry,
        name: &str,
        version: &str,
    ) -> Result<Vec<PackageChange>, StoreError>;

    /// Returns the releases of which a file with this digest was certified: registry, name and
    /// version.
    async fn releases_with_file(
        &self,
        sha256: Sha256Digest,
    ) -> Result<Vec<(PackageRegistry, String, String)>, StoreError>;

    /// Counts releases by their latest certificate.
    async fn certificate_totals(&self) -> Result<CertificateTotals, StoreError>;

    /// Returns which of these packages have a certificate that does not reject them, of any
    /// version.
    async fn certified_packages(&self, registry: PackageRegistry, names: &[String]) -> Result<Vec<String>, StoreError>;
}
