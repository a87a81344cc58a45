//! What is known of the packages that a project needs, before anybody installs them.

use super::super::Services;
use super::super::advisories::{AdvisoriesError, advisories_of_each};
use super::resolve::{Needed, Resolution, ResolveBounds, resolve};
use crate::advisory::Advisory;
use crate::api::package_preview::PreviewStatus;
use crate::certificate::{ComplexityTier, CouncilVerdict, PackageCertificate};
use crate::package::{Dependency, PackageSpec, Project, Requirement};

/// What is known of one package that is needed.
#[derive(Debug, Clone)]
pub struct PreviewedPackage {
    /// What is needed.
    pub dependency: Dependency,
    /// The range for which the version stands, in the words of the file; not sanitised. None
    /// where the version was asked for, or is not known.
    pub requested: Option<String>,
    /// How much work an audit is.
    pub tier: ComplexityTier,
    /// What may be done with it.
    pub status: PreviewStatus,
    /// The certificate of the exact version.
    pub certificate: Option<Box<PackageCertificate>>,
    /// Advisories about the exact version, the worst first; about any where none is named.
    pub advisories: Vec<Advisory>,
}

/// What is known of everything that a project needs.
#[derive(Debug, Clone)]
pub struct PackagePreview {
    /// The packages, those that are rejected first, then in the order of names.
    pub packages: Vec<PreviewedPackage>,
    /// What could not be read or resolved; author-controlled, bounded, not sanitised.
    pub unread: Vec<String>,
}

impl PackagePreview {
    /// Returns what the project itself names, or what is needed indirectly.
    pub fn of_type(&self, is_direct: bool) -> impl Iterator<Item = &PreviewedPackage> {
        self.packages.iter().filter(move |one| one.dependency.is_direct == is_direct)
    }

    /// Counts the packages with a status.
    pub fn count(&self, status: PreviewStatus, is_direct: bool) -> usize {
        self.of_type(is_direct).filter(|one| one.status == status).count()
    }
}

/// Asks the registries that are configured which versions a project would get where no lock file
/// says so, and looks up what is known of everything that it needs. No file of a package is
/// fetched.
///
/// `on_asking` hears each package before its registry is asked.
///
/// # Errors
/// Fails where the store fails.
pub async fn preview_packages(
    services: &Services,
    project: Project,
    bounds: ResolveBounds,
    mut on_asking: impl FnMut(&str) + Send + 'static,
) -> Result<PackagePreview, AdvisoriesError> {
    let mut unread = project.unread.clone();
    let needed = match services.packages().cloned() {
        None => project.dependencies.into_iter().map(Needed::as_it_is).collect(),
        Some(client) => {
            let resolving =
                tokio::task::spawn_blocking(move || resolve(&client, project, bounds, &mut on_asking)).await;
            let Resolution { needed, unresolved } = resolving.map_err(|_| AdvisoriesError::Ended)?;
            unread.extend(unresolved);
            needed
        }
    };
    let asked: Vec<PackageSpec> = needed.iter().map(|one| spec_of(&one.dependency)).collect();
    let known = advisories_of_each(services, &asked).await?;
    let mut certificates = services.store().certificates(&asked).await?;
    let mut packages = Vec::with_capacity(needed.len());
    for ((needed, advisories), spec) in needed.into_iter().zip(known).zip(&asked) {
        // What comes from elsewhere is not the package of that name.
        let is_elsewhere = matches!(needed.dependency.requirement, Requirement::Elsewhere(_));
        let advisories = if is_elsewhere { Vec::new() } else { advisories };
        packages.push(preview(needed, certificates.remove(&spec.to_string()), advisories));
    }
    packages.sort_by_key(|one| one.status != PreviewStatus::Rejected);
    Ok(PackagePreview { packages, unread })
}

fn spec_of(dependency: &Dependency) -> PackageSpec {
    let version = dependency.requirement.exact().cloned();
    PackageSpec { registry: dependency.registry, name: dependency.name.clone(), version }
}

fn preview(needed: Needed, certificate: Option<PackageCertificate>, advisories: Vec<Advisory>) -> PreviewedPackage {
    let Needed { dependency, requested, size_bytes } = needed;
    let is_malicious = advisories.iter().any(|advisory| advisory.is_malicious);
    let status = match (dependency.requirement.exact(), &certificate) {
        (Some(_), _) if is_malicious => PreviewStatus::Rejected,
        (Some(_), Some(certificate)) if certificate.verdict == CouncilVerdict::Rejected => PreviewStatus::Rejected,
        (Some(_), Some(_)) => PreviewStatus::Certified,
        (Some(_), None) => PreviewStatus::ToAudit,
        (None, _) => PreviewStatus::Uncertified,
    };
    let certified_bytes = certificate.as_ref().and_then(PackageCertificate::distribution).map(|file| file.size_bytes);
    let tier = ComplexityTier::of_size(certified_bytes.or(size_bytes));
    PreviewedPackage { dependency, requested, tier, status, certificate: certificate.map(Box::new), advisories }
}
