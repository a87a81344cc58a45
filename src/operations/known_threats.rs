//! Is anything known of these bytes, or of this package?

use super::Services;
use super::problem::store_failed;
use crate::api::{Problem, ThreatNotice};
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::Sha256Digest;
use crate::store::{StoreError, VerdictThreat};
use crate::threat::{AffectedPackage, Ecosystem, KnownThreat};

/// Returns the threats that hold and name any of `digests` (of a bundle, of SKILL.md, of any
/// file, of an archive), or `package` in its version or in every one: the worst first.
///
/// # Errors
/// Fails where the store does.
pub async fn known_threats(
    services: &Services,
    digests: &[Sha256Digest],
    package: Option<&AffectedPackage>,
) -> Result<Vec<KnownThreat>, StoreError> {
    known_threats_of(services, digests, package.map_or(&[], std::slice::from_ref)).await
}

/// Does the same for several packages.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn known_threats_of(
    services: &Services,
    digests: &[Sha256Digest],
    packages: &[AffectedPackage],
) -> Result<Vec<KnownThreat>, StoreError> {
    let store = services.store();
    let mut found = if digests.is_empty() { Vec::new() } else { store.threats_of(digests).await? };
    let of_packages = if packages.is_empty() { Vec::new() } else { store.threats_of_packages(packages).await? };
    for known in of_packages {
        if !found.iter().any(|other| other.threat.id() == known.threat.id()) {
            found.push(known);
        }
    }
    found.sort_by_key(|known| std::cmp::Reverse(known.threat.parts().severity));
    Ok(found)
}

/// Returns the threats that hold and name these bytes, or a release of a package that has them as
/// one of its files.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn known_threats_of_file(
    services: &Services,
    sha256: Sha256Digest,
) -> Result<Vec<KnownThreat>, StoreError> {
    let releases = services.store().releases_with_file(sha256).await?;
    let packages = releases
        .iter()
        .filter_map(|(registry, name, version)| AffectedPackage::new(ecosystem(*registry), name, Some(version)).ok());
    known_threats_of(services, &[sha256], &packages.collect::<Vec<_>>()).await
}

/// Returns the package that a threat may name: one version of it, or what has no version.
pub(super) fn affected(spec: &PackageSpec) -> Option<AffectedPackage> {
    let version = spec.version.as_ref().map(|version| version.as_str());
    AffectedPackage::new(ecosystem(spec.registry), spec.name.as_str(), version).ok()
}

fn ecosystem(registry: PackageRegistry) -> Ecosystem {
    match registry {
        PackageRegistry::Npm => Ecosystem::Npm,
        PackageRegistry::Pypi => Ecosystem::Pypi,
    }
}

/// Shows what lowers a verdict.
pub(super) fn notice(threat: VerdictThreat) -> ThreatNotice {
    let VerdictThreat { id, category, severity, description, since } = threat;
    ThreatNotice { id, category, severity, description, since }
}

/// Returns the worst that is known of any of `digests`.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn threat_notice(
    services: &Services,
    operation: &'static str,
    digests: &[Sha256Digest],
) -> Result<Option<ThreatNotice>, Problem> {
    let found = known_threats(services, digests, None).await.map_err(store_failed(operation))?;
    Ok(found.first().map(|known| notice(known.into())))
}
