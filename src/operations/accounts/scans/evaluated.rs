//! What comes of the policy that was named with a scan.

use super::super::super::Services;
use super::super::policies::evaluate_for_team;
use super::facts::stated;
use super::view::Threats;
use crate::api::accounts::{Refusal, ScanPolicyView};
use crate::policy::StatedFacts;
use crate::store::ScanRecord;

/// Holds a scan against the policy that was named with it, as the policy and the known threats
/// are at this moment. None where none was named, the scan has no result of ours, or its team
/// has no such policy any more.
pub(super) async fn evaluated(
    services: &Services,
    scan: &ScanRecord,
    threats: &Threats,
) -> Result<Option<ScanPolicyView>, Refusal> {
    let Some(name) = &scan.policy else { return Ok(None) };
    let Some(found) = stated(scan, threats) else { return Ok(None) };
    let facts = StatedFacts { scan: found, ..StatedFacts::default() };
    evaluate_for_team(services, scan.team.as_ref(), name, facts).await
}
