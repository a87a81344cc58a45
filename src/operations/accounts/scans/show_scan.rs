//! `GET /v1/scans/{id}`, once and as events.

use super::super::super::Services;
use super::super::operation::Shape;
use super::super::{Access, AccountOperation, Holder};
use super::admit::find;
use super::evaluated::evaluated;
use super::view::{Threats, scan_view};
use crate::account::{Scope, Tier};
use crate::api::accounts::{Refusal, ScanProgressView, ScanView, ShowScanRequest};
use crate::store::ScanRecord;

const ACCESS: Access = Access::Holder { scope: Scope::ScansRead, tier: Tier::Pro };

/// Shows a scan.
pub struct ShowScan;

impl AccountOperation for ShowScan {
    type Request = ShowScanRequest;
    type Response = ScanView;
    const NAME: &'static str = "show_scan";
    const TITLE: &'static str = "Show a scan";
    const SUMMARY: &'static str = "Shows where a scan stands, and its verdict, score and findings of every phase \
         once it is completed.";
    const ACCESS: Access = ACCESS;

    async fn run(services: &Services, holder: Holder<'_>, request: ShowScanRequest) -> Result<ScanView, Refusal> {
        let scan = find(services, holder.principal()?, &request.id, false).await?;
        shown(services, &scan).await
    }
}

/// Shows a scan again whenever it changes.
pub struct FollowScan;

impl AccountOperation for FollowScan {
    type Request = ShowScanRequest;
    type Response = ScanProgressView;
    const NAME: &'static str = "follow_scan";
    const TITLE: &'static str = "Follow a scan";
    const SUMMARY: &'static str = "Sends the scan as a Server-Sent Event now and whenever it changes, and ends with \
         its last one, or after ten minutes.";
    const ACCESS: Access = ACCESS;
    const SHAPE: Shape = Shape::Events;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ShowScanRequest,
    ) -> Result<ScanProgressView, Refusal> {
        let scan = find(services, holder.principal()?, &request.id, false).await?;
        Ok(ScanProgressView { is_final: scan.status.is_final(), scan: shown(services, &scan).await? })
    }
}

async fn shown(services: &Services, scan: &ScanRecord) -> Result<ScanView, Refusal> {
    let threats = Threats::of_scan(services, scan).await?;
    let policy_evaluation = evaluated(services, scan, &threats).await?;
    Ok(scan_view(scan, &threats, policy_evaluation))
}
