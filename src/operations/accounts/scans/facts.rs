//! What a policy is held against where it is about a scan.

use super::super::super::Services;
use super::admit::find_any;
use super::view::{Identity, Threats, detail_of};
use crate::account::Principal;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::policy::StatedScan;
use crate::scan::SafetyStatus;
use crate::store::{ScanRecord, ScanStatus};

/// Returns what a scan found that is theirs to see: of a target, or of a file.
///
/// # Errors
/// Refuses where there is no such scan, it has not ended, or another program made it.
pub(in crate::operations::accounts) async fn facts_of(
    services: &Services,
    principal: &Principal,
    id: &str,
) -> Result<StatedScan, Refusal> {
    let scan = find_any(services, principal, id).await?;
    let refuse = |message: &str| Err(Refusal::new(RefusalCode::ValidationError, message));
    if scan.result.is_none() || scan.status != ScanStatus::Completed {
        return refuse("scan_id: the scan has no result, so that nothing could be held against it");
    }
    let threats = Threats::of_scan(services, &scan).await?;
    match stated(&scan, &threats) {
        Some(facts) => Ok(facts),
        None => refuse("scan_id: another program made this scan; state what it found as `facts`"),
    }
}

/// Returns what a completed scan found, by the threats that are known by now: what does harm is
/// dangerous, whatever the scanner saw. None where another program made it.
pub(super) fn stated(scan: &ScanRecord, threats: &Threats) -> Option<StatedScan> {
    let facts = detail_of(scan)?.facts.filter(|_| scan.status == ScanStatus::Completed)?;
    let is_threat = threats.meet(&Identity::of(scan));
    let verdict = if is_threat { Some(SafetyStatus::Dangerous) } else { facts.verdict };
    Some(StatedScan { verdict, ..facts })
}
