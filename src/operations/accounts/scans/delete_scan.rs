//! `DELETE /api/scans/{id}`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::admit::find;
use crate::account::{Scope, Tier};
use crate::api::accounts::{DeletedScanView, Refusal, RefusalCode, ShowScanRequest};
use crate::store::AuditEntry;

/// Deletes the scan of a file.
pub struct DeleteScan;

impl AccountOperation for DeleteScan {
    type Request = ShowScanRequest;
    type Response = DeletedScanView;
    const NAME: &'static str = "delete_scan";
    const TITLE: &'static str = "Delete the scan of an uploaded file";
    const SUMMARY: &'static str = "Deletes the scan, its file where that still waits, and everything that was found. \
         Work on it ends. The audit log keeps its id, and nothing of the file.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansWrite, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ShowScanRequest,
    ) -> Result<DeletedScanView, Refusal> {
        let principal = holder.principal()?;
        let scan = find(services, principal, &request.id, true).await?;
        if !principal.changes(&scan.owner, scan.team.as_ref()) {
            return Err(Refusal::new(
                RefusalCode::Forbidden,
                "this is a scan of somebody else in the team; its owner and admins may delete it",
            ));
        }
        let entry = AuditEntry {
            actor: principal.user.to_string(),
            team: scan.team.clone(),
            action: "scan.delete",
            subject: scan.key.to_string(),
            detail: serde_json::json!({}),
        };
        let deleted = services.store().delete_scan(&scan.key, &entry, services.now()).await;
        if !deleted.map_err(|error| store_failure(&error))? {
            return Err(Refusal::not_found("scan"));
        }
        services.accounts().inspect(|accounts| accounts.scan_news.notify_waiters());
        Ok(DeletedScanView {
            success: true,
            message: "Scan deleted successfully".to_owned(),
            scan_id: scan.key.to_string(),
        })
    }
}
