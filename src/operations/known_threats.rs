//! Is anything known of these bytes, or of this package?

use super::Services;
use super::problem::store_failed;
use crate::api::{Problem, ThreatNotice};
use crate::skill::Sha256Digest;
use crate::store::{StoreError, VerdictThreat};
use crate::threat::{AffectedPackage, KnownThreat};

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
    let store = services.store();
    let mut found = if digests.is_empty() { Vec::new() } else { store.threats_of(digests).await? };
    if let Some(package) = package {
        for known in store.threats_of_package(package).await? {
            if !found.iter().any(|other| other.threat.id() == known.threat.id()) {
                found.push(known);
            }
        }
    }
    found.sort_by_key(|known| std::cmp::Reverse(known.threat.parts().severity));
    Ok(found)
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
