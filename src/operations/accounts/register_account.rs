//! `POST /v1/auth/register`.

use std::time::Duration;

use super::super::Services;
use super::refusals::{bad, busy, store_failure, too_often, unforeseen};
use super::{Access, AccountOperation, AccountServices, Holder, Registration};
use crate::account::{EmailAddress, Password, PasswordHash, Tier, UserId};
use crate::api::accounts::{Refusal, RefusalCode, RegisterRequest, RegisteredView};
use crate::skill::sanitise_line;
use crate::store::{AuditEntry, NewAccount};

/// Characters of a display name that are kept.
pub(super) const NAME_CHARACTERS: usize = 100;
/// Accounts that one address may make in an hour.
const ACCOUNTS_PER_HOUR: u32 = 10;
const HOUR: Duration = Duration::from_secs(3_600);

/// Makes an account.
pub struct RegisterAccount;

impl AccountOperation for RegisterAccount {
    type Request = RegisterRequest;
    type Response = RegisteredView;
    const NAME: &'static str = "register_account";
    const TITLE: &'static str = "Make an account";
    const SUMMARY: &'static str = "Makes an account of the free tier, where the instance lets anybody make one. \
         Log in with it to get an access token.";
    const ACCESS: Access = Access::Anyone;

    async fn run(services: &Services, holder: Holder<'_>, request: RegisterRequest) -> Result<RegisteredView, Refusal> {
        if holder.accounts.registration == Registration::Closed {
            return Err(Refusal::new(
                RefusalCode::Forbidden,
                "registration is closed; ask whoever runs this service for an account",
            ));
        }
        let email: EmailAddress =
            request.email.parse().map_err(|error: crate::account::EmailParseError| bad(&error))?;
        let password = Password::new(request.password).map_err(|error| bad(&error))?;
        if let Some(client) = holder.client {
            let now = services.now();
            let rate =
                holder.accounts.rates.take(format!("register {client}").as_bytes(), ACCOUNTS_PER_HOUR, HOUR, now);
            if !rate.is_admitted {
                return Err(too_often(&rate, now, "too many accounts were made from this address"));
            }
        }
        let hash = hash(services, holder.accounts, password).await?;
        let now = services.now();
        let name = request.name.map(|name| sanitise_line(&name, NAME_CHARACTERS)).filter(|name| !name.is_empty());
        let id = UserId::draw().map_err(|error| unforeseen(&error))?;
        let account =
            NewAccount { id: id.clone(), email: email.clone(), name: name.clone(), password: hash, tier: Tier::Free };
        let entry = AuditEntry {
            actor: id.to_string(),
            team: None,
            action: "account.create",
            subject: id.to_string(),
            detail: serde_json::json!({ "tier": Tier::Free }),
        };
        let is_new = services.store().create_account(&account, &entry, now).await;
        if !is_new.map_err(|error| store_failure(&error))? {
            return Err(Refusal::new(RefusalCode::Conflict, "this e-mail address has an account; log in with it"));
        }
        Ok(RegisteredView { id, email: email.to_string(), name, created_at: now, tier: Tier::Free })
    }
}

/// Hashes a password in the pool of what computes, unless too many wait there.
pub(super) async fn hash(
    services: &Services,
    accounts: &AccountServices,
    password: Password,
) -> Result<PasswordHash, Refusal> {
    let _place = accounts.hashing.try_acquire().map_err(|_| busy())?;
    let hasher = accounts.hasher.clone();
    let hash = services.compute().run(move || hasher.hash(&password)).await;
    hash.map_err(|error| unforeseen(&error))?.map_err(|error| unforeseen(&error))
}
