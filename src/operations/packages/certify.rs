//! Keeps the certificate of a review.

use super::super::Services;
use super::{AskedRegistry, ask_registry};
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

/// Keeps the certificate of a review, unless the registry changed a file that was certified, and
/// with it what the registry itself knows of the release, where it can be asked.
///
/// # Errors
/// Fails where the store does.
pub async fn certify_package(services: &Services, review: &PackageReview) -> Result<Certification, StoreError> {
    let certificate = PackageCertificate::of(review, services.now());
    let outcome = services.store().put_certificate(&certificate).await?;
    if !matches!(outcome, CertificateOutcome::Changed(_)) && services.packages().is_some() {
        // A registry that does not tell its advisories is asked again while a service runs.
        let asked = ask_registry(services, certificate.registry, vec![review.spec.clone()]).await;
        match asked {
            Ok(AskedRegistry { failure: None, .. }) => {}
            Ok(AskedRegistry { failure: Some(error), .. }) => {
                tracing::debug!(package = %review.spec, %error, "a registry does not tell its advisories");
            }
            Err(error) => tracing::warn!(package = %review.spec, %error, "advisories could not be kept"),
        }
    }
    Ok(match outcome {
        CertificateOutcome::Changed(changes) => Certification::Changed(changes),
        CertificateOutcome::Stored => Certification::Kept(Box::new(certificate)),
        CertificateOutcome::Known => {
            let kept = services.store().certificate(certificate.registry, &certificate.name, &certificate.version);
            Certification::Kept(Box::new(kept.await?.unwrap_or(certificate)))
        }
    })
}
