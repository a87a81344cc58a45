//! What a policy is held against where it is about a scan.

use super::super::super::Services;
use super::admit::find_any;
use super::outcome::Detail;
use crate::account::Principal;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::policy::StatedScan;
use crate::store::ScanStatus;

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
    let Some(result) = scan.result.filter(|_| scan.status == ScanStatus::Completed) else {
        return refuse("scan_id: the scan has no result, so that nothing could be held against it");
    };
    let detail: Detail = serde_json::from_value(result.detail).unwrap_or_default();
    match detail.facts {
        Some(facts) => Ok(facts),
        None => refuse("scan_id: another program made this scan; state what it found as `facts`"),
    }
}
