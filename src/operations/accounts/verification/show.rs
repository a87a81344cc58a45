//! `GET /v1/verify/{id}`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::view::view;
use crate::account::{Principal, Scope, Tier, VerificationId};
use crate::api::accounts::{Refusal, VerificationRequest, VerificationView};
use crate::store::VerificationRecord;

/// Shows a verification of the caller or their team.
pub struct ShowVerification;

impl AccountOperation for ShowVerification {
    type Request = VerificationRequest;
    type Response = VerificationView;
    const NAME: &'static str = "show_verification";
    const TITLE: &'static str = "Show a verification";
    const SUMMARY: &'static str = "Shows how a verification of the account or its team stands at this moment: under \
         way, verified, failed, expired or revoked.";
    const ACCESS: Access = Access::Holder { scope: Scope::VerifyWrite, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: VerificationRequest,
    ) -> Result<VerificationView, Refusal> {
        let record = find(services, holder.principal()?, &request.id).await?;
        view(services, &record).await.map_err(|error| store_failure(&error))
    }
}

/// Returns a verification that somebody may see.
///
/// # Errors
/// Tells of somebody else's as of one that does not exist.
pub(super) async fn find(services: &Services, principal: &Principal, id: &str) -> Result<VerificationRecord, Refusal> {
    let missing = || Refusal::not_found("verification");
    let id: VerificationId = id.parse().map_err(|_| missing())?;
    let found = services.store().verification(&id).await.map_err(|error| store_failure(&error))?;
    found.filter(|record| principal.sees(&record.begun.user, record.begun.team.as_ref())).ok_or_else(missing)
}
