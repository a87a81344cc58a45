//! What is known of the packages that a project needs, before anybody installs them.

use super::super::Services;
use super::super::advisories::{AdvisoriesError, advisories_of_each};
use crate::advisory::Advisory;
use crate::certificate::{CouncilVerdict, PackageCertificate};
use crate::package::{Dependency, Manifest, PackageSpec, Requirement};

/// What is known of one package that is needed.
#[derive(Debug, Clone)]
pub struct PreviewedPackage {
    /// What is needed.
    pub dependency: Dependency,
    /// What may be done with it.
    pub status: PreviewStatus,
    /// The certificate of the exact version.
    pub certificate: Option<Box<PackageCertificate>>,
    /// Advisories about the exact version, the worst first; about any where none is named.
    pub advisories: Vec<Advisory>,
}

/// What may be done with a package, in the words of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreviewStatus {
    /// The exact version is certified.
    Certified,
    /// The exact version can be looked at, and was not yet.
    ToAudit,
    /// Nobody can say which bytes will be installed: a range, or something from elsewhere.
    Uncertified,
    /// The exact version was looked at and rejected, or is known to be malicious.
    Rejected,
}

impl PreviewStatus {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certified => "CERTIFIED",
            Self::ToAudit => "TO_AUDIT",
            Self::Uncertified => "UNCERTIFIED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// What is known of everything that a manifest names.
#[derive(Debug, Clone)]
pub struct PackagePreview {
    /// The packages, those that are rejected first, then in the order of the manifest.
    pub packages: Vec<PreviewedPackage>,
    /// What of the manifest could not be read; author-controlled, bounded, not sanitised.
    pub unread: Vec<String>,
}

impl PackagePreview {
    /// Counts the packages with a status.
    pub fn count(&self, status: PreviewStatus, is_direct: bool) -> usize {
        let of = |one: &&PreviewedPackage| one.status == status && one.dependency.is_direct == is_direct;
        self.packages.iter().filter(of).count()
    }
}

/// Looks up what is known of the packages of a manifest; nothing is fetched.
///
/// # Errors
/// Fails where the store fails.
pub async fn preview_packages(services: &Services, manifest: Manifest) -> Result<PackagePreview, AdvisoriesError> {
    let asked: Vec<PackageSpec> = manifest.dependencies.iter().map(asked).collect();
    let known = advisories_of_each(services, &asked).await?;
    let mut packages = Vec::with_capacity(manifest.dependencies.len());
    for (dependency, advisories) in manifest.dependencies.into_iter().zip(known) {
        // What comes from elsewhere is not the package of that name.
        let is_elsewhere = matches!(dependency.requirement, Requirement::Elsewhere(_));
        let advisories = if is_elsewhere { Vec::new() } else { advisories };
        packages.push(preview(services, dependency, advisories).await?);
    }
    packages.sort_by_key(|one| one.status != PreviewStatus::Rejected);
    Ok(PackagePreview { packages, unread: manifest.unread })
}

fn asked(dependency: &Dependency) -> PackageSpec {
    let version = dependency.requirement.exact().cloned();
    PackageSpec { registry: dependency.registry, name: dependency.name.clone(), version }
}

async fn preview(
    services: &Services,
    dependency: Dependency,
    advisories: Vec<Advisory>,
) -> Result<PreviewedPackage, AdvisoriesError> {
    let version = dependency.requirement.exact().cloned();
    let certificate = match &version {
        Some(version) => {
            let store = services.store();
            store.certificate(dependency.registry, dependency.name.as_str(), version.as_str()).await?.map(Box::new)
        }
        None => None,
    };
    let is_malicious = advisories.iter().any(|advisory| advisory.is_malicious);
    let status = match (&version, &certificate) {
        (Some(_), _) if is_malicious => PreviewStatus::Rejected,
        (Some(_), Some(certificate)) if certificate.verdict == CouncilVerdict::Rejected => PreviewStatus::Rejected,
        (Some(_), Some(_)) => PreviewStatus::Certified,
        (Some(_), None) => PreviewStatus::ToAudit,
        (None, _) => PreviewStatus::Uncertified,
    };
    Ok(PreviewedPackage { dependency, status, certificate, advisories })
}
