//! `POST /v1/webhooks/secret`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::secret::replace;
use crate::account::{Scope, Tier};
use crate::api::accounts::{Refusal, RotateWebhookSecretRequest, RotatedWebhookSecretView};

/// Makes a new webhook secret.
pub struct RotateWebhookSecret;

impl AccountOperation for RotateWebhookSecret {
    type Request = RotateWebhookSecretRequest;
    type Response = RotatedWebhookSecretView;
    const NAME: &'static str = "rotate_webhook_secret";
    const TITLE: &'static str = "Make a webhook secret";
    const SUMMARY: &'static str = "Makes the secret that signs what callback URLs of the account are told, and shows \
         it this once. Messages are signed with the one before it as well for a day.";
    const ACCESS: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Pro };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        _: RotateWebhookSecretRequest,
    ) -> Result<RotatedWebhookSecretView, Refusal> {
        let principal = holder.principal()?;
        let known = services.store().webhook_secrets(&principal.user).await.map_err(|error| store_failure(&error))?;
        let (secret, previous_until) = replace(services, principal).await?;
        Ok(RotatedWebhookSecretView {
            secret: secret.expose(),
            made_at: services.now(),
            previous_until: known.map(|_| previous_until),
        })
    }
}
