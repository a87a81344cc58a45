//! `GET /v1/webhooks/secret`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::secret::current;
use crate::account::{Scope, Tier};
use crate::api::accounts::{Refusal, ShowWebhookSecretRequest, WebhookSecretView};

/// Shows what is known of the caller's webhook secret.
pub struct ShowWebhookSecret;

impl AccountOperation for ShowWebhookSecret {
    type Request = ShowWebhookSecretRequest;
    type Response = WebhookSecretView;
    const NAME: &'static str = "show_webhook_secret";
    const TITLE: &'static str = "Show how one's webhook secret begins";
    const SUMMARY: &'static str = "Shows how the secret that signs webhooks begins and when it was made, never the \
         secret.";
    const ACCESS: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        _: ShowWebhookSecretRequest,
    ) -> Result<WebhookSecretView, Refusal> {
        let (user, now) = (&holder.principal()?.user, services.now());
        let failure = |error| store_failure(&error);
        let kept = services.store().webhook_secrets(user).await.map_err(failure)?;
        let secrets = current(services, user, now).await.map_err(failure)?;
        let previous_until = kept.as_ref().and_then(|kept| kept.previous.as_ref()).map(|(_, until)| *until);
        Ok(WebhookSecretView {
            hint: secrets.first().map(|secret| secret.hint()),
            made_at: kept.map(|kept| kept.made_at),
            previous_until: previous_until.filter(|until| *until > now),
        })
    }
}
