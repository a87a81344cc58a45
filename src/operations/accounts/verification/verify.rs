//! `POST /v1/verify`.

use std::time::Duration;

use super::super::super::Services;
use super::super::callback::ensure_secret;
use super::super::refusals::{store_failure, unforeseen};
use super::super::scans::too_many_today;
use super::super::{Access, AccountOperation, Holder};
use super::pool::{lease_until, spawn};
use super::request::{bad, read};
use super::view::view;
use crate::account::{Scope, Tier, VerificationId};
use crate::api::accounts::{Refusal, RefusalCode, VerificationView, VerifySourceRequest};
use crate::source::OutgoingUrl;
use crate::store::{NewVerification, VerificationRecord};

/// Verifications of one account that may be under way at once.
const UNDER_WAY: u64 = 10;
/// Verifications of all accounts that may be under way at once.
const UNDER_WAY_OF_ALL: u64 = 200;
/// How long an answer waits for the end before it says that it is under way.
const PATIENCE: Duration = Duration::from_secs(20);

/// Verifies a source for a marketplace.
pub struct VerifySource;

impl AccountOperation for VerifySource {
    type Request = VerifySourceRequest;
    type Response = VerificationView;
    const NAME: &'static str = "verify_source";
    const TITLE: &'static str = "Verify for a marketplace";
    const SUMMARY: &'static str = "Fetches a repository, a package or a file, compares its digest, scans it, looks \
         for known threats and for its publisher, and gives a result that holds for 28 days, with a badge. What takes \
         longer than a few seconds, or has a callback_url, is `pending` at first; ask for it by its id.";
    const ACCESS: Access = Access::Holder { scope: Scope::VerifyWrite, tier: Tier::Pro };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: VerifySourceRequest,
    ) -> Result<VerificationView, Refusal> {
        let principal = holder.principal()?;
        if let Some((_, role)) = principal.team.as_ref().filter(|(_, role)| !role.writes()) {
            return Err(Refusal::new(RefusalCode::Forbidden, format!("the role {role} may not do that")));
        }
        let callback_url = match &request.callback_url {
            Some(url) => {
                let url = OutgoingUrl::parse(url, services.reach());
                Some(url.map_err(|error| bad(&format!("callback_url: {error}")))?.as_str().to_owned())
            }
            None => None,
        };
        let (source, _) = read(request, services.reach())?;
        let (store, now) = (services.store(), services.now());
        let under_way =
            store.pending_verifications(Some(&principal.user)).await.map_err(|error| store_failure(&error))?;
        let of_all = store.pending_verifications(None).await.map_err(|error| store_failure(&error))?;
        if under_way >= UNDER_WAY || of_all >= UNDER_WAY_OF_ALL {
            let message = "too many verifications are under way; wait for one to end";
            let refusal = Refusal::new(RefusalCode::RateLimited, message);
            return Err(Refusal { retry_after_seconds: Some(10), ..refusal });
        }
        // A verification is a scan by the service, and counts as one.
        let per_day = principal.tier.limits().scans_per_day;
        if !store.count_scan(&principal.user, per_day, now).await.map_err(|error| store_failure(&error))? {
            return Err(too_many_today(principal, now));
        }
        if callback_url.is_some() {
            ensure_secret(services, principal).await?;
        }
        let begun = NewVerification {
            id: VerificationId::draw().map_err(|error| unforeseen(&error))?,
            user: principal.user.clone(),
            team: principal.team.as_ref().map(|(team, _)| team.clone()),
            source,
            callback_url,
        };
        store.begin_verification(&begun, lease_until(now), now).await.map_err(|error| store_failure(&error))?;
        let record = VerificationRecord { begun, attempt: 1, created_at: now, ended: None, revoked_at: None };
        let running = spawn(services.clone(), record.clone());
        let ended = match record.begun.callback_url {
            Some(_) => record,
            None => match tokio::time::timeout(PATIENCE, running).await {
                Ok(Ok(Ok((_, Some(refusal))))) => return Err(refusal),
                Ok(Ok(Ok((ended, None)))) => ended,
                Ok(Ok(Err(error))) => return Err(store_failure(&error)),
                Ok(Err(error)) => return Err(unforeseen(&error)),
                Err(_) => record,
            },
        };
        view(services, &ended).await.map_err(|error| store_failure(&error))
    }
}
