//! Keeps the certificate of a review.

use super::super::Services;
use crate::certificate::{PackageCertificate, PackageReview};
use crate::store::{CertificateOutcome, PackageChange, StoreError};

/// What became of a certificate.
#[derive(Debug, Clone)]
pub enum Certification {
    /// It is kept now, or was kept before.
    Kept(Box<PackageCertificate>),
    /// Nothing is kept: the registry serves other bytes under a version that was certified.
    Changed(Vec<PackageChange>),
}

/// Keeps the certificate of a review, unless the registry changed a file that was certified.
///
/// # Errors
/// Fails where the store does.
pub async fn certify_package(services: &Services, review: &PackageReview) -> Result<Certification, StoreError> {
    let certificate = PackageCertificate::of(review, services.now());
    Ok(match services.store().put_certificate(&certificate).await? {
        CertificateOutcome::Changed(changes) => Certification::Changed(changes),
        CertificateOutcome::Stored => Certification::Kept(Box::new(certificate)),
        CertificateOutcome::Known => {
            let kept = services.store().certificate(certificate.registry, &certificate.name, &certificate.version);
            Certification::Kept(Box::new(kept.await?.unwrap_or(certificate)))
        }
    })
}
