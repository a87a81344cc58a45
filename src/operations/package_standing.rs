//! What is known of the packages that a skill uses: looked up in the store, nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};

use super::Services;
use crate::advisory::Advisory;
use crate::api::{PackageStanding, StandingWord};
use crate::certificate::{CouncilVerdict, PackageCertificate};
use crate::package::{PackageName, PackageRegistry, PackageVersion};
use crate::scan::{PackageUse, misspelt_package};
use crate::store::{StoreError, VerdictThreat};
use crate::threat::{AffectedPackage, Ecosystem, KnownThreat, ThreatCategory, ThreatId, ThreatSeverity, ThreatSource};

/// Tells for each package that is used what is known of it, in their order. What nobody knows
/// anything of is `unknown`, and no reproach.
///
/// # Errors
/// Fails where the store does.
pub async fn package_standings(services: &Services, uses: Vec<PackageUse>) -> Result<Vec<PackageStanding>, StoreError> {
    let names: BTreeSet<(PackageRegistry, PackageName)> = uses.iter().filter_map(name_of).collect();
    let names: Vec<_> = names.into_iter().collect();
    let (advisories, threats, certificates) = if names.is_empty() {
        (Vec::new(), Vec::new(), Vec::new())
    } else {
        let store = services.store();
        (store.advisories_of(&names).await?, store.threats_in(&names).await?, certificates(services, &uses).await?)
    };
    let advisories = by_package(&advisories);
    let standing = |used: PackageUse| {
        let misspells = misspelt_package(used.source, &used.name).map(str::to_owned);
        let Some((registry, name)) = name_of(&used) else {
            return PackageStanding::unknown(used, misspells);
        };
        let version = used.version.as_deref().and_then(|version| PackageVersion::parse(registry, version).ok());
        let known = advisories.get(&(registry, name.as_str().to_owned())).map_or(&[][..], Vec::as_slice);
        let mut advisories: Vec<Advisory> = known
            .iter()
            .filter(|advisory| concerns(advisory, registry, &name, version.as_ref()))
            .map(|advisory| (*advisory).clone())
            .collect();
        advisories.sort_by(|left, right| {
            (right.is_malicious, right.severity, &left.id).cmp(&(left.is_malicious, left.severity, &right.id))
        });
        let threats: Vec<KnownThreat> = threats
            .iter()
            .filter(|known| {
                known.threat.parts().packages.iter().any(|package| is_in(package, registry, &name, version.as_ref()))
            })
            .cloned()
            .collect();
        let certificate = used.version.as_ref().and_then(|version| {
            let is_same = |one: &&PackageCertificate| {
                one.registry == registry && one.name == name.as_str() && one.version == *version
            };
            certificates.iter().find(is_same).cloned()
        });
        let is_bad = !threats.is_empty()
            || advisories.iter().any(|advisory| advisory.is_malicious)
            || certificate.as_ref().is_some_and(|certificate| certificate.verdict == CouncilVerdict::Rejected);
        let word = match &certificate {
            _ if is_bad => StandingWord::KnownBad,
            _ if misspells.is_some() => StandingWord::Misspelt,
            _ if !advisories.is_empty() => StandingWord::Advised,
            Some(_) => StandingWord::Certified,
            None => StandingWord::Unknown,
        };
        PackageStanding { used, word, certificate, advisories, threats, misspells }
    };
    Ok(uses.into_iter().map(standing).collect())
}

/// Returns what makes dangerous whatever uses these packages: the worst threat, or an advisory
/// that calls one of them malicious. A certificate that rejects a package does not: it says what
/// our rules found, which nobody has confirmed.
pub fn malicious_package(standings: &[PackageStanding]) -> Option<VerdictThreat> {
    let threats = standings.iter().flat_map(|standing| &standing.threats);
    let worst = threats.max_by_key(|known| known.threat.parts().severity).map(VerdictThreat::from);
    worst.or_else(|| {
        standings.iter().find_map(|standing| {
            let advisory = standing.advisories.iter().find(|advisory| advisory.is_malicious)?;
            let package = format!("{}:{}", standing.used.source, standing.used.name);
            let summary = advisory.summary.as_deref().map_or_else(String::new, |summary| format!(": {summary}"));
            let description = format!("It uses {package}, which {} says is malicious{summary}", advisory.id);
            Some(VerdictThreat {
                id: ThreatId::of(&ThreatSource::Advisories.to_word(), &advisory.id),
                category: ThreatCategory::Other,
                severity: ThreatSeverity::Critical,
                description: crate::threat::bounded_line(&description, crate::threat::DESCRIPTION_CHARACTERS),
                since: advisory.modified,
            })
        })
    })
}

fn name_of(used: &PackageUse) -> Option<(PackageRegistry, PackageName)> {
    let registry = used.source.registry()?;
    Some((registry, PackageName::parse(registry, &used.name).ok()?))
}

fn by_package(advisories: &[Advisory]) -> BTreeMap<(PackageRegistry, String), Vec<&Advisory>> {
    let mut found: BTreeMap<_, Vec<&Advisory>> = BTreeMap::new();
    for advisory in advisories {
        let packages: BTreeSet<_> =
            advisory.affected.iter().map(|affected| (affected.registry, affected.name.to_string())).collect();
        for package in packages {
            found.entry(package).or_default().push(advisory);
        }
    }
    found
}

/// Tells whether an advisory concerns the version that is asked for; where none is, whether it
/// concerns every one, since the newest is taken.
fn concerns(
    advisory: &Advisory,
    registry: PackageRegistry,
    name: &PackageName,
    version: Option<&PackageVersion>,
) -> bool {
    match version {
        Some(version) => advisory.concerns(registry, name, version),
        None => {
            advisory.withdrawn.is_none()
                && advisory.of_package(registry, name).any(crate::advisory::Affected::is_every_version)
        }
    }
}

fn is_in(
    package: &AffectedPackage,
    registry: PackageRegistry,
    name: &PackageName,
    version: Option<&PackageVersion>,
) -> bool {
    let ecosystem = match registry {
        PackageRegistry::Npm => Ecosystem::Npm,
        PackageRegistry::Pypi => Ecosystem::Pypi,
    };
    let is_named = package.ecosystem() == ecosystem && package.name() == name.as_str().to_lowercase();
    is_named
        && package.version().is_none_or(|concerned| {
            version.is_some_and(|version| {
                PackageVersion::parse(registry, concerned)
                    .map_or(concerned == version.as_str(), |concerned| concerned == *version)
            })
        })
}

/// Reads the certificates of the exact versions that are used.
async fn certificates(services: &Services, uses: &[PackageUse]) -> Result<Vec<PackageCertificate>, StoreError> {
    let wanted: BTreeSet<(PackageRegistry, &str, &str)> = uses
        .iter()
        .filter_map(|used| Some((used.source.registry()?, used.name.as_str(), used.version.as_deref()?)))
        .collect();
    let wanted: Vec<_> =
        wanted.into_iter().map(|(registry, name, version)| (registry, name.to_owned(), version.to_owned())).collect();
    services.store().certificates_of(&wanted).await
}
