//! From what somebody shows to who they are.

use std::time::Duration;

use super::super::Services;
use super::refusals::{nobody, store_failure, unauthorized};
use super::{AccountServices, Credential};
use crate::account::{Principal, Proof, TokenError};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::meter::Rate;
use crate::skill::Timestamp;
use crate::store::Account;

const MINUTE: Duration = Duration::from_secs(60);

impl AccountServices {
    /// Counts a call of an account, whichever key it is made with.
    pub(super) fn rate_of(&self, principal: &Principal, now: Timestamp) -> Rate {
        let key = format!("calls {}", principal.user);
        self.rates.take(key.as_bytes(), principal.tier.limits().requests_per_minute, MINUTE, now)
    }
}

/// Says whose credential it is, as the store knows them at this moment: a key that was revoked,
/// a session that ended and an account that was locked are nobody's at once.
///
/// # Errors
/// Refuses what is none, or no longer one.
pub async fn authenticate(
    services: &Services,
    accounts: &AccountServices,
    credential: Option<Credential>,
) -> Result<Principal, Refusal> {
    let now = services.now();
    let (account, proof) = match credential {
        None => return Err(nobody()),
        Some(Credential::Unreadable) => return Err(unauthorized("this is neither an access token nor an API key")),
        Some(Credential::Token(text)) => {
            let (user, session) = accounts.tokens().read(&text, now).map_err(|error| match error {
                TokenError::Expired => Refusal::new(RefusalCode::TokenExpired, error.to_string()),
                TokenError::Invalid => unauthorized(&error.to_string()),
            })?;
            let account = services.store().account(&user).await.map_err(|error| store_failure(&error))?;
            let account = account.filter(|account| account.session == session);
            (account.ok_or_else(|| unauthorized("the session has ended; log in again"))?, Proof::Token)
        }
        Some(Credential::Key(key)) => {
            let holder =
                services.store().holder_of_key(key.digest(), now).await.map_err(|error| store_failure(&error))?;
            let holder = holder.ok_or_else(|| unauthorized("there is no such API key, or it was revoked"))?;
            (holder.account, Proof::Key { id: holder.key, scopes: holder.scopes })
        }
    };
    if account.is_disabled {
        return Err(unauthorized("the account is locked; ask whoever runs this service"));
    }
    Ok(principal_of(account, proof))
}

fn principal_of(account: Account, proof: Proof) -> Principal {
    let tier = tier_of(&account);
    Principal { user: account.id, tier, team: account.membership.map(|team| (team.team, team.role)), proof }
}

/// Returns the tier that an account has: that of its team where it is the greater one.
pub(super) fn tier_of(account: &Account) -> crate::account::Tier {
    account.membership.as_ref().map_or(account.tier, |team| team.tier.max(account.tier))
}
