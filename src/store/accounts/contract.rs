//! The contract of every store of accounts.

use async_trait::async_trait;

use super::{Account, ApiKeyRecord, AuditEntry, AuditRecord, Invitation, KeyHolder, NewAccount, NewApiKey, TeamMember};
use crate::account::{ApiKeyId, EmailAddress, PasswordHash, Role, SigningKey, TeamId, Tier, UserId};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::StoreError;

/// What is remembered of accounts. Every method either happens as a whole, with its entry in
/// the audit log, or not at all; `false` and `None` say that nothing was there to be changed.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes an account; `false` where the address has one.
    async fn create_account(&self, account: &NewAccount, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns an account and the hash of its password.
    async fn account_by_email(&self, email: &EmailAddress) -> Result<Option<(Account, PasswordHash)>, StoreError>;

    /// Returns an account.
    async fn account(&self, id: &UserId) -> Result<Option<Account>, StoreError>;

    /// Tells how many accounts there are.
    async fn account_count(&self) -> Result<u64, StoreError>;

    /// Gives an account another tier.
    async fn set_tier(&self, id: &UserId, tier: Tier, by: &AuditEntry, now: Timestamp) -> Result<bool, StoreError>;

    /// Gives an account another password, and ends its sessions.
    async fn set_password(
        &self,
        id: &UserId,
        password: &PasswordHash,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Locks an account, which ends its sessions, or opens it again.
    async fn set_disabled(
        &self,
        id: &UserId,
        is_disabled: bool,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes a key.
    async fn create_api_key(&self, key: &NewApiKey, by: &AuditEntry, now: Timestamp) -> Result<(), StoreError>;

    /// Returns who holds the key with this digest, unless it was revoked, and notes that it was
    /// used, once a minute.
    async fn holder_of_key(&self, digest: Sha256Digest, now: Timestamp) -> Result<Option<KeyHolder>, StoreError>;

    /// Returns the keys of an account, the latest first.
    async fn api_keys(&self, user: &UserId) -> Result<Vec<ApiKeyRecord>, StoreError>;

    /// Revokes a key of an account; `false` where it has no such key that is good.
    async fn revoke_api_key(
        &self,
        user: &UserId,
        key: &ApiKeyId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes a team with its owner; `false` where the account is in one.
    async fn create_team(
        &self,
        team: &TeamId,
        name: &str,
        tier: Tier,
        owner: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Returns who is in a team, in the order in which they joined.
    async fn team_members(&self, team: &TeamId) -> Result<Vec<TeamMember>, StoreError>;

    /// Keeps an invitation, in the place of an earlier one of the same address.
    async fn invite(&self, invitation: &Invitation, by: &AuditEntry, now: Timestamp) -> Result<(), StoreError>;

    /// Lets an account into the team of an invitation that is good and is for its address, and
    /// forgets the invitation; `None` where there is none, or the account is in a team.
    async fn accept_invitation(
        &self,
        digest: Sha256Digest,
        user: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<Option<TeamId>, StoreError>;

    /// Gives somebody another role in a team, or none; `false` where they are not in it, or the
    /// team would be left without an owner, or they are one and `spares_owners`.
    async fn set_role(
        &self,
        team: &TeamId,
        user: &UserId,
        role: Option<Role>,
        spares_owners: bool,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Returns the keys that sign access tokens, the latest first.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;

    /// Adds the key that signs from now on, and forgets all but the `kept` latest ones.
    async fn add_signing_key(
        &self,
        key: &SigningKey,
        kept: u32,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Notes something that changed nothing else here.
    async fn note(&self, entry: &AuditEntry, now: Timestamp) -> Result<(), StoreError>;

    /// Returns what was done to a team, or to all and everything, the latest first, before the
    /// entry `before`, at most `limit`.
    async fn audit_log(
        &self,
        team: Option<&TeamId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError>;
}
