//! What operations with accounts work with, beside what all others do.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Notify, Semaphore};

use super::super::Services;
use super::verification::Pool;
use crate::account::{AccessTokens, PasswordHasher, RandomError, SigningKey};
use crate::meter::RateLimiter;
use crate::store::{AuditEntry, Store, StoreError};

/// Passwords that may wait to be hashed; one more is told to come later, so that a burst of
/// them takes neither the memory nor the cores from what else is asked.
const WAITING_PASSWORDS: usize = 32;
/// Drafts that are previewed at once: each may ask registries for half a minute.
const PREVIEWS: usize = 4;
/// Keys whose tokens are accepted: the current one, and the one before it for as long as the
/// tokens that it signed are good.
pub(super) const SIGNING_KEYS: u32 = 2;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anybody who can reach the service.
    Open,
    /// Only its operator, with `touchmark account create`.
    Closed,
}

/// What operations with accounts work with.
#[derive(Debug)]
pub struct AccountServices {
    pub(super) registration: Registration,
    pub(super) hasher: PasswordHasher,
    pub(super) hashing: Semaphore,
    pub(super) rates: RateLimiter,
    /// Heard by whoever waits for a scan, or for work on one.
    pub(super) scan_news: Notify,
    pub(super) verifications: Pool,
    /// Drafts for which registries may be asked at once.
    previews: Semaphore,
    issuer: String,
    tokens: RwLock<Arc<AccessTokens>>,
}

/// Why accounts cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl AccountServices {
    /// Reads the keys that sign tokens, and makes the first one.
    ///
    /// # Errors
    /// Fails where the store does, or the system has no random numbers.
    pub async fn open(services: &Services, registration: Registration) -> Result<Self, AccountsError> {
        let (store, issuer) = (services.store(), services.public_url().to_owned());
        let mut keys = store.signing_keys().await?;
        if keys.is_empty() {
            let entry = AuditEntry::of_operator("signing_key.create", "instance", serde_json::json!({}));
            store.add_signing_key(&SigningKey::draw()?, SIGNING_KEYS, &entry, services.now()).await?;
            // Another process may have made one at the same time: what is stored counts.
            keys = store.signing_keys().await?;
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(|| StoreError::Corrupt {
            what: "signing key",
            detail: "the key that was just stored is not there".to_owned(),
        })?;
        Ok(Self {
            registration,
            hasher: PasswordHasher::new()?,
            hashing: Semaphore::new(WAITING_PASSWORDS),
            rates: RateLimiter::new(),
            scan_news: Notify::new(),
            verifications: Pool::new(),
            previews: Semaphore::new(PREVIEWS),
            tokens: RwLock::new(Arc::new(AccessTokens::new(issuer.clone(), current, keys))),
            issuer,
        })
    }

    /// Returns what makes and reads access tokens at this moment.
    pub(super) fn tokens(&self) -> Arc<AccessTokens> {
        Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the places in which drafts are previewed.
    pub(in crate::operations) fn preview_places(&self) -> &Semaphore {
        &self.previews
    }

    /// Takes over a key that another process made.
    pub async fn renew_keys(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut keys = store.signing_keys().await?.into_iter();
        if let Some(current) = keys.next() {
            let renewed = AccessTokens::new(self.issuer.clone(), current, keys);
            *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(renewed);
        }
        Ok(())
    }
}
