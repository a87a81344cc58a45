//! `DELETE /v1/verify/{id}`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::show::find;
use super::view::view;
use crate::account::{Scope, Tier};
use crate::api::accounts::{Refusal, RefusalCode, VerificationRequest, VerificationView};
use crate::store::AuditEntry;

/// Withdraws a verification, so that its badge says so.
pub struct RevokeVerification;

impl AccountOperation for RevokeVerification {
    type Request = VerificationRequest;
    type Response = VerificationView;
    const NAME: &'static str = "revoke_verification";
    const TITLE: &'static str = "Withdraw a verification";
    const SUMMARY: &'static str = "Withdraws a verification for ever: it is kept, and its badge says that it was \
         revoked.";
    const ACCESS: Access = Access::Holder { scope: Scope::VerifyWrite, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: VerificationRequest,
    ) -> Result<VerificationView, Refusal> {
        let principal = holder.principal()?;
        let mut record = find(services, principal, &request.id).await?;
        let begun = &record.begun;
        if !principal.changes(&begun.user, begun.team.as_ref()) {
            let message = "this verification is a colleague's; its owner or an admin of the team withdraws it";
            return Err(Refusal::new(RefusalCode::Forbidden, message));
        }
        let now = services.now();
        let entry = AuditEntry {
            actor: principal.user.to_string(),
            team: begun.team.clone(),
            action: "verification.revoke",
            subject: begun.id.to_string(),
            detail: serde_json::json!({}),
        };
        let revoked = services.store().revoke_verification(&begun.id, &entry, now).await;
        if revoked.map_err(|error| store_failure(&error))? {
            record.revoked_at = Some(now);
        }
        view(services, &record).await.map_err(|error| store_failure(&error))
    }
}
