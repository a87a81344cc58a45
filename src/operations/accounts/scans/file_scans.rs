//! `POST /api/scans`, `GET /api/scans` and `GET /api/scans/{id}`.

use super::super::super::Services;
use super::super::operation::Shape;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::admit::{find, keep, limit, may_scan, number, parsed, spaces};
use super::list_scans::search;
use super::view::{Threats, file_detail_view, file_view};
use crate::account::{Scope, Tier};
use crate::api::accounts::{
    FileScanDetailView, FileScanView, ListFileScansRequest, ListedFileScansView, Refusal, RefusalCode, ShowScanRequest,
    UploadScanRequest,
};
use crate::store::{NewScan, ScanFilter, ScanKind, ScanPage, ScanStatus};

/// A status of the document that no scan has here: what waits is `queued`.
const PENDING: &str = "pending";

/// Queues a scan of a file.
pub struct UploadScan;

impl AccountOperation for UploadScan {
    type Request = UploadScanRequest;
    type Response = FileScanView;
    const NAME: &'static str = "upload_scan";
    const TITLE: &'static str = "Upload a file to be scanned";
    const SUMMARY: &'static str = "Takes a file or an archive, as a part `file` of multipart/form-data or as the body \
         with its name in Content-Disposition, and queues a scan of it. The file is kept until it was scanned.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansWrite, tier: Tier::Pro };
    const SHAPE: Shape = Shape::File;

    async fn run(services: &Services, holder: Holder<'_>, _: UploadScanRequest) -> Result<FileScanView, Refusal> {
        let principal = holder.principal()?;
        may_scan(principal)?;
        let file = holder.file.as_ref();
        let file = file.ok_or_else(|| Refusal::new(RefusalCode::ValidationError, "there is no file in the body"))?;
        if file.bytes.is_empty() {
            return Err(Refusal::new(RefusalCode::ValidationError, "the file is empty"));
        }
        let id = uuid::Uuid::new_v4();
        let scan = NewScan {
            key: id.into(),
            kind: ScanKind::Upload,
            owner: principal.user.clone(),
            team: principal.team.as_ref().map(|(team, _)| team.clone()),
            target: file.name.clone(),
            policy: None,
            digest: Some(file.sha256),
            result: None,
            file: Some(file.bytes.to_vec()),
        };
        keep(services, principal, &scan).await?;
        let kept = find(services, principal, &id.to_string(), true).await?;
        Ok(file_view(&kept, &Threats::default()))
    }
}

/// Lists scans of files.
pub struct ListFileScans;

impl AccountOperation for ListFileScans {
    type Request = ListFileScansRequest;
    type Response = ListedFileScansView;
    const NAME: &'static str = "list_file_scans";
    const TITLE: &'static str = "List scans of uploaded files";
    const SUMMARY: &'static str = "Lists the files that one uploaded and those of the team, the latest first.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansRead, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ListFileScansRequest,
    ) -> Result<ListedFileScansView, Refusal> {
        let principal = holder.principal()?;
        let limit = limit(request.limit.as_deref())?;
        let offset: u64 = number("offset", request.offset.as_deref(), 0)?;
        if request.status.as_deref() == Some(PENDING) {
            return Ok(ListedFileScansView { scans: Vec::new(), total: 0, limit, offset });
        }
        let status: Option<ScanStatus> = parsed("status", request.status.as_deref().filter(|text| !text.is_empty()))?;
        let filter = ScanFilter { is_upload: true, status, search: search(request.search)?, ..ScanFilter::default() };
        let page = ScanPage::Offset { offset, limit };
        let listing = services.store().list_scans(&spaces(principal), &filter, page).await;
        let listing = listing.map_err(|error| store_failure(&error))?;
        let threats = Threats::of_scans(services, &listing.scans).await?;
        let scans = listing.scans.iter().map(|scan| file_view(scan, &threats)).collect();
        Ok(ListedFileScansView { scans, total: listing.total.unwrap_or_default(), limit, offset })
    }
}

/// Shows a scan of a file.
pub struct ShowFileScan;

impl AccountOperation for ShowFileScan {
    type Request = ShowScanRequest;
    type Response = FileScanDetailView;
    const NAME: &'static str = "show_file_scan";
    const TITLE: &'static str = "Show the scan of an uploaded file";
    const SUMMARY: &'static str = "Shows where the scan of a file stands, and what was found in every phase.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansRead, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ShowScanRequest,
    ) -> Result<FileScanDetailView, Refusal> {
        let scan = find(services, holder.principal()?, &request.id, true).await?;
        let threats = Threats::of_scan(services, &scan).await?;
        Ok(file_detail_view(&scan, &threats))
    }
}
