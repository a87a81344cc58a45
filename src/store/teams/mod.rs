//! What is remembered of teams beyond who is in them: invitations that wait, and policies with
//! every version that they had.
//!
//! Every change is written together with its entry in the audit log, in one transaction. Start
//! at [`Teams`].

use async_trait::async_trait;

use super::{AuditEntry, Invitation, StoreError};
use crate::account::{EmailAddress, TeamId, UserId};
use crate::skill::Timestamp;

#[cfg(test)]
pub(super) mod suite;

/// A version of a policy of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Its name in the team.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// Its text, as in `touchmark.toml`.
    pub text: String,
    /// Who wrote this version.
    pub written_by: UserId,
    /// When.
    pub written_at: Timestamp,
}

/// A version of a policy that is to be kept.
#[derive(Debug, Clone)]
pub struct NewPolicy<'a> {
    /// Whose it is.
    pub team: &'a TeamId,
    /// Its name in the team.
    pub name: &'a str,
    /// Its text; none where the policy is withdrawn.
    pub text: Option<&'a str>,
    /// The version that it follows, where whoever writes it said which: 0 for none.
    pub follows: Option<u32>,
    /// Who writes it.
    pub by: &'a UserId,
    /// Policies that a team may have.
    pub most: u32,
}

/// What became of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyWrite {
    /// It is kept, with this number.
    Written(u32),
    /// The policy has another version than the one that it follows; 0 where there is none.
    Overtaken(u32),
    /// The team has as many policies as it may.
    TooMany,
    /// There is no policy that could be withdrawn.
    Nothing,
}

/// What is remembered of teams. Every method either happens as a whole, with its entry in the
/// audit log, or not at all.
#[async_trait]
pub trait Teams: Send + Sync {
    /// Returns the invitations of a team that are good at `now`, by address.
    async fn invitations(&self, team: &TeamId, now: Timestamp) -> Result<Vec<Invitation>, StoreError>;

    /// Takes back the invitation of an address; `false` where there is none.
    async fn withdraw_invitation(
        &self,
        team: &TeamId,
        email: &EmailAddress,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes another member the owner in the place of one, who becomes an admin; `false` where
    /// `from` is no owner of the team, or `to` is not in it.
    async fn hand_over(
        &self,
        team: &TeamId,
        from: &UserId,
        to: &UserId,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Keeps a version of a policy, or withdraws it.
    async fn write_policy(
        &self,
        policy: &NewPolicy<'_>,
        by: &AuditEntry,
        now: Timestamp,
    ) -> Result<PolicyWrite, StoreError>;

    /// Returns a version of a policy, or the current one. An old version of a policy that was
    /// withdrawn is still there.
    async fn policy(&self, team: &TeamId, name: &str, version: Option<u32>)
    -> Result<Option<StoredPolicy>, StoreError>;

    /// Returns the current versions of a team's policies, by name.
    async fn policies(&self, team: &TeamId) -> Result<Vec<StoredPolicy>, StoreError>;
}
