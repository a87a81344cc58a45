//! `GET /api/v1/public/packages/:registry/:name/:version` and `…/verify`.

use super::super::Services;
use super::super::accounts::store_failure;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::api::packages::{PackageCertificateView, PackageVerificationView};
use crate::certificate::PackageCertificate;
use crate::package::{PackageRegistry, PackageSpec};

/// Returns the certificate of a release.
///
/// # Errors
/// Fails where there is none, or the registry, name or version is none.
pub async fn show_certificate(
    services: &Services,
    registry: &str,
    name: &str,
    version: &str,
) -> Result<PackageCertificateView, Refusal> {
    let certificate = find(services, registry, name, version).await?;
    Ok(PackageCertificateView::of(&certificate, services.public_url()))
}

/// Returns the certificate of a release with everything by which its bytes can be compared.
///
/// # Errors
/// As [`show_certificate`].
pub async fn verify_certificate(
    services: &Services,
    registry: &str,
    name: &str,
    version: &str,
) -> Result<PackageVerificationView, Refusal> {
    let certificate = find(services, registry, name, version).await?;
    let changes = services
        .store()
        .package_changes(certificate.registry, &certificate.name, &certificate.version)
        .await
        .map_err(|error| store_failure(&error))?;
    let changes =
        changes.into_iter().map(|change| (change.file_name, change.certified, change.served, change.seen_at)).collect();
    Ok(PackageVerificationView::of(&certificate, services.public_url(), changes))
}

async fn find(services: &Services, registry: &str, name: &str, version: &str) -> Result<PackageCertificate, Refusal> {
    let registry: PackageRegistry =
        registry.parse().map_err(|_| Refusal::new(RefusalCode::BadRequest, "the registry is `pypi` or `npm`"))?;
    let spec = PackageSpec::of_parts(registry, name, Some(version))
        .map_err(|error| Refusal::new(RefusalCode::BadRequest, error.to_string()))?;
    let version = spec.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let found = services.store().certificate(registry, spec.name.as_str(), &version).await;
    found
        .map_err(|error| store_failure(&error))?
        .ok_or_else(|| Refusal::new(RefusalCode::NotFound, format!("there is no certificate of `{spec}`")))
}
