//! The contract of every store of verifications.

use async_trait::async_trait;

use super::{
    EndedVerification, NewVerification, VerificationRecord, WebhookEnd, WebhookMessage, WebhookSecrets, WebhookState,
};
use crate::account::{UserId, VerificationId};
use crate::scan::ScanReport;
use crate::skill::Timestamp;
use crate::store::{AuditEntry, BundleKey, StoreError};

/// What is remembered of verifications. Every method happens as a whole or not at all.
#[async_trait]
pub trait Verifications: Send + Sync {
    /// Notes a verification that the caller has alone until `lease_until`: its first attempt.
    async fn begin_verification(
        &self,
        verification: &NewVerification,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes over the oldest verification that has not ended and that nobody has any more.
    async fn resume_verification(
        &self,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, StoreError>;

    /// Notes how attempt number `attempt` ended, and with `message` whom to tell. `false`, and
    /// nothing, where it has ended already or somebody else has taken it over.
    async fn end_verification(
        &self,
        id: &VerificationId,
        attempt: u32,
        end: &EndedVerification,
        message: Option<&WebhookMessage>,
    ) -> Result<bool, StoreError>;

    /// Returns a verification.
    async fn verification(&self, id: &VerificationId) -> Result<Option<VerificationRecord>, StoreError>;

    /// Withdraws a verification; `false` where it was withdrawn already.
    async fn revoke_verification(
        &self,
        id: &VerificationId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Tells how many verifications are under way: of an account, or of all.
    async fn pending_verifications(&self, user: Option<&UserId>) -> Result<u64, StoreError>;

    /// Returns the report of a bundle by the current rules, whether the index holds the bundle or
    /// it was verified before.
    async fn report_of_bundle(&self, key: BundleKey) -> Result<Option<ScanReport>, StoreError>;

    /// Keeps the report of a bundle that the index does not hold, and forgets those that were
    /// made before `since`.
    async fn keep_report(
        &self,
        key: BundleKey,
        report: &ScanReport,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

/// What is remembered of messages to callback URLs.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Returns the secrets of an account.
    async fn webhook_secrets(&self, user: &UserId) -> Result<Option<WebhookSecrets>, StoreError>;

    /// Gives an account a secret; the one that it had is used as well until `previous_until`.
    async fn put_webhook_secret(
        &self,
        user: &UserId,
        secret: &str,
        previous_until: Timestamp,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes the message that has been due the longest, for an attempt that ends before
    /// `lease_until`.
    async fn take_webhook(&self, lease_until: Timestamp, now: Timestamp) -> Result<Option<WebhookMessage>, StoreError>;

    /// Notes how attempt number `attempt` ended; nothing where somebody else has taken it over.
    async fn end_webhook_attempt(
        &self,
        id: &str,
        attempt: u32,
        end: &WebhookEnd,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Returns messages in a state, or in any, the latest first, at most `limit`.
    async fn webhook_messages(
        &self,
        state: Option<WebhookState>,
        limit: u32,
    ) -> Result<Vec<WebhookMessage>, StoreError>;

    /// Lets messages begin anew that were given up: this one, or all. Returns how many.
    async fn retry_webhooks(&self, id: Option<&str>, now: Timestamp) -> Result<u64, StoreError>;
}
