//! What whoever runs an instance does to accounts: `touchmark account`.

use super::super::Services;
use super::services::SIGNING_KEYS;
use crate::account::{
    EmailAddress, EmailParseError, Password, PasswordError, PasswordHasher, RandomError, SigningKey, Tier, UserId,
};
use crate::compute::ComputeError;
use crate::skill::sanitise_line;
use crate::store::{Account, AuditEntry, NewAccount, StoreError};

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The address is none.
    #[error("{text:?} is {source}")]
    Email {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: EmailParseError,
    },
    /// The password is not taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The program is stopping.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The address has an account.
    #[error("{0} has an account already")]
    Taken(EmailAddress),
    /// The address has none.
    #[error("{0} has no account; make one with `touchmark account create`")]
    Unknown(EmailAddress),
}

/// Makes an account.
///
/// # Errors
/// Fails where the address has one, or it or the password is not taken.
pub async fn create_account(
    services: &Services,
    email: &str,
    password: String,
    name: Option<&str>,
    tier: Tier,
) -> Result<UserId, ManageError> {
    let email = parse(email)?;
    let password = Password::new(password)?;
    let hash = services.compute().run(move || PasswordHasher::new()?.hash(&password)).await??;
    let account = NewAccount {
        id: UserId::draw()?,
        email: email.clone(),
        name: name.map(|name| sanitise_line(name, super::register_account::NAME_CHARACTERS)),
        password: hash,
        tier,
    };
    let entry = AuditEntry::of_operator("account.create", account.id.as_str(), serde_json::json!({ "tier": tier }));
    if services.store().create_account(&account, &entry, services.now()).await? {
        Ok(account.id)
    } else {
        Err(ManageError::Taken(email))
    }
}

/// Gives an account another tier.
///
/// # Errors
/// Fails where there is none.
pub async fn set_account_tier(services: &Services, email: &str, tier: Tier) -> Result<UserId, ManageError> {
    let account = find(services, email).await?;
    let entry = AuditEntry::of_operator("account.tier", account.id.as_str(), serde_json::json!({ "tier": tier }));
    services.store().set_tier(&account.id, tier, &entry, services.now()).await?;
    Ok(account.id)
}

/// Locks an account, or opens it again.
///
/// # Errors
/// Fails where there is none.
pub async fn set_account_disabled(services: &Services, email: &str, is_disabled: bool) -> Result<UserId, ManageError> {
    let account = find(services, email).await?;
    let action = if is_disabled { "account.lock" } else { "account.unlock" };
    let entry = AuditEntry::of_operator(action, account.id.as_str(), serde_json::json!({}));
    services.store().set_disabled(&account.id, is_disabled, &entry, services.now()).await?;
    Ok(account.id)
}

/// Makes a new key that signs access tokens; what the one before it signed stays good for its
/// time. Returns the name of the key.
///
/// # Errors
/// Fails where the store does.
pub async fn rotate_signing_key(services: &Services) -> Result<String, ManageError> {
    let key = SigningKey::draw()?;
    let entry = AuditEntry::of_operator("signing_key.rotate", key.id(), serde_json::json!({}));
    services.store().add_signing_key(&key, SIGNING_KEYS, &entry, services.now()).await?;
    Ok(key.id().to_owned())
}

async fn find(services: &Services, email: &str) -> Result<Account, ManageError> {
    let email = parse(email)?;
    let found = services.store().account_by_email(&email).await?;
    found.map(|(account, _)| account).ok_or(ManageError::Unknown(email))
}

fn parse(text: &str) -> Result<EmailAddress, ManageError> {
    text.parse().map_err(|source| ManageError::Email { text: text.to_owned(), source })
}
