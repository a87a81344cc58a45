//! `GET /v1/auth/me`.

use super::super::Services;
use super::authenticate::tier_of;
use super::refusals::store_failure;
use super::{Access, AccountOperation, Holder};
use crate::account::{Scope, Tier};
use crate::api::accounts::{AccountView, Refusal, ShowAccountRequest};

/// Shows the caller's own account.
pub struct ShowAccount;

impl AccountOperation for ShowAccount {
    type Request = ShowAccountRequest;
    type Response = AccountView;
    const NAME: &'static str = "show_account";
    const TITLE: &'static str = "Show one's own account";
    const SUMMARY: &'static str = "Shows the account that the access token or API key belongs to.";
    const ACCESS: Access = Access::Holder { scope: Scope::AccountRead, tier: Tier::Free };

    async fn run(services: &Services, holder: Holder<'_>, _: ShowAccountRequest) -> Result<AccountView, Refusal> {
        let user = &holder.principal()?.user;
        let account = services.store().account(user).await.map_err(|error| store_failure(&error))?;
        let account = account.ok_or_else(|| Refusal::not_found("account"))?;
        let tier = tier_of(&account);
        let activity = services.store().scan_activity(std::slice::from_ref(user)).await;
        let activity = activity.map_err(|error| store_failure(&error))?.pop().map(|row| row.1).unwrap_or_default();
        Ok(AccountView {
            id: account.id,
            email: account.email.to_string(),
            name: account.name,
            tier,
            created_at: account.created_at,
            scan_count: activity.count,
            last_scan_at: activity.last_at,
        })
    }
}
