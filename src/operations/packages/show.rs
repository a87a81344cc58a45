//! `GET /api/v1/public/packages/:registry/:name/:version` and `…/verify`.

use super::super::Services;
use super::super::accounts::store_failure;
use super::super::advisories::{AdvisoriesError, advisories_of};
use super::super::known_threats::{affected, known_threats};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::api::packages::{KnownAdvisories, PackageCertificateView, PackageVerificationView};
use crate::certificate::PackageCertificate;
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::Sha256Digest;

/// Returns the certificate of a release.
///
/// # Errors
/// Fails where there is none, and where there could be none: of no such registry, name or version.
pub async fn show_certificate(
    services: &Services,
    registry: &str,
    name: &str,
    version: &str,
) -> Result<PackageCertificateView, Refusal> {
    let (spec, certificate) = find(services, registry, name, version).await?;
    let known = what_is_known(services, &spec, &certificate).await?;
    Ok(PackageCertificateView::of(&certificate, services.public_url(), known))
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
    let (spec, certificate) = find(services, registry, name, version).await?;
    let changes = services
        .store()
        .package_changes(certificate.registry, &certificate.name, &certificate.version)
        .await
        .map_err(|error| store_failure(&error))?;
    let changes =
        changes.into_iter().map(|change| (change.file_name, change.certified, change.served, change.seen_at)).collect();
    let known = what_is_known(services, &spec, &certificate).await?;
    Ok(PackageVerificationView::of(&certificate, services.public_url(), changes, known))
}

/// Asks what is known of a release now, not when it was certified.
async fn known_advisories(services: &Services, spec: &PackageSpec) -> Result<KnownAdvisories, Refusal> {
    let failed = |error: AdvisoriesError| match error {
        AdvisoriesError::Store(error) => store_failure(&error),
        _ => Refusal::internal(),
    };
    let store = services.store();
    let advisories = advisories_of(services, spec).await.map_err(failed)?;
    let answers = store.registry_answers(std::slice::from_ref(spec)).await.map_err(|error| store_failure(&error))?;
    let asked_at = answers.values().next().map(|answer| answer.asked_at);
    let is_consulted = !advisories.is_empty()
        || asked_at.is_some()
        || store.has_advisories().await.map_err(|error| store_failure(&error))?;
    Ok(KnownAdvisories::of(&advisories, is_consulted, asked_at))
}

/// Adds the threats that name the release, or a file of it that was certified.
async fn what_is_known(
    services: &Services,
    spec: &PackageSpec,
    certificate: &PackageCertificate,
) -> Result<KnownAdvisories, Refusal> {
    let files: Vec<Sha256Digest> = certificate.files.iter().map(|file| file.sha256).collect();
    let threats = known_threats(services, &files, affected(spec).as_ref()).await;
    let known = known_advisories(services, spec).await?;
    Ok(known.with_threats(&threats.map_err(|error| store_failure(&error))?))
}

async fn find(
    services: &Services,
    registry: &str,
    name: &str,
    version: &str,
) -> Result<(PackageSpec, PackageCertificate), Refusal> {
    // What no registry could have is not there: a client need not know the rules of names.
    let not_there = |reason: String| Refusal::new(RefusalCode::NotFound, reason);
    let registry: PackageRegistry =
        registry.parse().map_err(|_| not_there("there is no such registry, expected `pypi` or `npm`".to_owned()))?;
    let spec = PackageSpec::of_parts(registry, name, Some(version)).map_err(|error| not_there(error.to_string()))?;
    let version = spec.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let found = services.store().certificate(registry, spec.name.as_str(), &version).await;
    match found.map_err(|error| store_failure(&error))? {
        Some(certificate) => Ok((spec, certificate)),
        None => Err(Refusal::new(RefusalCode::NotFound, format!("there is no certificate of `{spec}`"))),
    }
}
