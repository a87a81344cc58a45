//! `POST /v1/auth/login`.

use std::time::Duration;

use super::super::Services;
use super::authenticate::tier_of;
use super::refusals::{bad, busy, store_failure, too_often, unforeseen};
use super::{Access, AccountOperation, Holder};
use crate::account::{EmailAddress, Password};
use crate::api::accounts::{LogInRequest, LogInView, LoggedInView, Refusal, RefusalCode};

const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Attempts at one account from one address: enough for somebody who forgot which password.
const ATTEMPTS_HERE: u32 = 10;
/// Attempts at one account from anywhere: many addresses must not guess together, and one who
/// only knows the e-mail address must not lock its holder out at once.
const ATTEMPTS_ANYWHERE: u32 = 100;
/// Attempts at any account from one address.
const ATTEMPTS_OF_CLIENT: u32 = 60;

/// Gives out an access token.
pub struct LogIn;

impl AccountOperation for LogIn {
    type Request = LogInRequest;
    type Response = LogInView;
    const NAME: &'static str = "log_in";
    const TITLE: &'static str = "Log in";
    const SUMMARY: &'static str = "Gives an access token for an e-mail address and its password. The token is good \
         for an hour; send it as `Authorization: Bearer`.";
    const ACCESS: Access = Access::Anyone;

    async fn run(services: &Services, holder: Holder<'_>, request: LogInRequest) -> Result<LogInView, Refusal> {
        let accounts = holder.accounts;
        let now = services.now();
        let password = Password::presented(request.password).map_err(|error| bad(&error))?;
        // What is no address has no account: the same answer, after the same work.
        let email = request.email.parse::<EmailAddress>().ok();
        let client = holder.client.map(|client| client.to_string()).unwrap_or_default();
        let name = email.as_ref().map_or("", EmailAddress::as_str);
        let limits = [
            (format!("login {client} {name}"), ATTEMPTS_HERE),
            (format!("login at {name}"), ATTEMPTS_ANYWHERE),
            (format!("login by {client}"), ATTEMPTS_OF_CLIENT),
        ];
        for (key, limit) in limits {
            let rate = accounts.rates.take(key.as_bytes(), limit, WINDOW, now);
            if !rate.is_admitted {
                return Err(too_often(&rate, now, "too many attempts to log in"));
            }
        }
        let found = match &email {
            Some(email) => services.store().account_by_email(email).await.map_err(|error| store_failure(&error))?,
            None => None,
        };
        let (account, kept) = found.map_or((None, None), |(account, hash)| (Some(account), Some(hash)));
        let is_password = {
            let _place = accounts.hashing.try_acquire().map_err(|_| busy())?;
            let hasher = accounts.hasher.clone();
            let compared = services.compute().run(move || hasher.is_password(&password, kept.as_ref())).await;
            compared.map_err(|error| unforeseen(&error))?
        };
        // A locked account says so only to its holder, when the next call is refused.
        let Some(account) = account.filter(|account| is_password && !account.is_disabled) else {
            return Err(Refusal::new(RefusalCode::Unauthorized, "wrong e-mail address or password"));
        };
        let issued = accounts.tokens().issue(&account.id, account.session, now).map_err(|error| unforeseen(&error))?;
        let tier = tier_of(&account);
        Ok(LogInView {
            access_token: issued.text,
            token_type: "bearer".to_owned(),
            expires_in: issued.expires_in,
            user: LoggedInView { id: account.id, email: account.email.to_string(), name: account.name, tier },
        })
    }
}
