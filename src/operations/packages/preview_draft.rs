//! `POST /api/v1/sigma/dev/drafts/:draftId/package-preview`.

use super::super::Services;
use super::super::accounts::{Access, AccountOperation, Holder, store_failure};
use super::super::advisories::AdvisoriesError;
use super::{ResolveBounds, preview_packages};
use crate::account::{Scope, Tier};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::api::package_preview::{ManifestFile, PackagePreviewRequest, PackagePreviewView};
use crate::package::{Manifest, Project};
use crate::skill::sanitise_line;

/// Files of one draft.
const FILES: usize = 20;
/// Characters of a draft's name.
const DRAFT_CHARACTERS: usize = 100;
/// Drafts of one account that are counted.
const DRAFTS: u32 = 1_000;
/// Seconds after which to try again where registries are asked for too many drafts already.
const PATIENCE_SECONDS: u64 = 10;

/// Tells what is known of the packages that a draft needs.
pub struct PreviewPackages;

impl AccountOperation for PreviewPackages {
    type Request = PackagePreviewRequest;
    type Response = PackagePreviewView;
    const NAME: &'static str = "preview_packages";
    const TITLE: &'static str = "Preview the packages of a draft";
    const SUMMARY: &'static str = "Reads manifests and lock files, asks the configured registries which versions a \
         project would get where no lock file says so, and tells of each package whether it is certified, would have \
         to be audited, is rejected, or cannot be pinned to bytes. No file of a package is fetched, and the manifests \
         are not kept.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansRead, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: PackagePreviewRequest,
    ) -> Result<PackagePreviewView, Refusal> {
        let invalid = |message: String| Refusal::new(RefusalCode::ValidationError, message);
        let PackagePreviewRequest { draft_id, files } = request;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if draft_id.is_empty() || draft_id.len() > DRAFT_CHARACTERS || !draft_id.bytes().all(is_name) {
            return Err(invalid(format!(
                "draftId: expected 1 to {DRAFT_CHARACTERS} letters, digits, `-`, `_` and `.`"
            )));
        }
        if files.is_empty() || files.len() > FILES {
            return Err(invalid(format!("files: expected 1 to {FILES} manifests or lock files")));
        }
        let read = services.compute().run(move || read(&files)).await;
        let project = read.map_err(|_| Refusal::internal())?;
        let Ok(_place) = holder.accounts.preview_places().try_acquire() else {
            return Err(Refusal {
                retry_after_seconds: Some(PATIENCE_SECONDS),
                ..Refusal::new(RefusalCode::Unavailable, "too many drafts are previewed; try again in a while")
            });
        };
        let preview = preview_packages(services, project, ResolveBounds::SERVICE, |_| ()).await;
        let preview = preview.map_err(|error| match error {
            AdvisoriesError::Store(error) => store_failure(&error),
            _ => Refusal::internal(),
        })?;
        let (user, price) = (&holder.principal()?.user, services.audit_price());
        let summary = preview.summary(price);
        let noted = services.store().note_draft(user, &draft_id, &summary, DRAFTS, services.now());
        noted.await.map_err(|error| store_failure(&error))?;
        Ok(preview.view(price))
    }
}

/// Reads files; one that cannot be read is told, and the others count.
fn read(files: &[ManifestFile]) -> Project {
    let (mut manifests, mut unread) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
        match Manifest::parse(name, file.content.as_bytes()) {
            Ok(manifest) => manifests.push(manifest),
            Err(error) => unread.push(format!("{}: {error}", sanitise_line(&file.name, DRAFT_CHARACTERS))),
        }
    }
    let mut project = Project::of(manifests);
    unread.append(&mut project.unread);
    Project { unread, ..project }
}
