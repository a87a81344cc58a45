//! What is remembered of accounts.

use crate::account::{ApiKeyId, EmailAddress, PasswordHash, Role, Scopes, TeamId, Tier, UserId};
use crate::skill::{Sha256Digest, Timestamp};

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// Its address, which no other account has.
    pub email: EmailAddress,
    /// The name that its holder gave, sanitised.
    pub name: Option<String>,
    /// The hash of its password.
    pub password: PasswordHash,
    /// Its tier.
    pub tier: Tier,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Its address.
    pub email: EmailAddress,
    /// The name that its holder gave, sanitised.
    pub name: Option<String>,
    /// Its own tier.
    pub tier: Tier,
    /// The number of its current session: access tokens of earlier ones are no longer good.
    pub session: u32,
    /// Whether an operator has locked it.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The team that it is in.
    pub membership: Option<Membership>,
}

/// What an account is in its team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The team.
    pub team: TeamId,
    /// The name of the team, sanitised.
    pub team_name: String,
    /// The tier of the team.
    pub tier: Tier,
    /// The role.
    pub role: Role,
}

/// Somebody in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// The account.
    pub id: UserId,
    /// Its address.
    pub email: EmailAddress,
    /// Its name, sanitised.
    pub name: Option<String>,
    /// The role.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// An invitation into a team. The secret that accepts it is known by its digest only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Digest of the secret.
    pub digest: Sha256Digest,
    /// The team.
    pub team: TeamId,
    /// Who is invited.
    pub email: EmailAddress,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: UserId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// Digest of the key.
    pub digest: Sha256Digest,
    /// What its holder calls it, sanitised.
    pub name: String,
    /// Its beginning.
    pub hint: String,
    /// What it is for.
    pub scopes: Scopes,
}

/// A key as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// What its holder calls it, sanitised.
    pub name: String,
    /// Its beginning.
    pub hint: String,
    /// What it is for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Who holds a key that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    /// The key.
    pub key: ApiKeyId,
    /// What it is for.
    pub scopes: Scopes,
    /// Whose it is.
    pub account: Account,
}

/// Something that is done to an account or a team, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who does it: the id of an account, or `operator` for whoever runs the instance.
    pub actor: String,
    /// The team that it concerns.
    pub team: Option<TeamId>,
    /// What is done, as `noun.verb`.
    pub action: &'static str,
    /// To whom or what: an id.
    pub subject: String,
    /// What else there is to say, as one JSON object without secrets.
    pub detail: serde_json::Value,
}

impl AuditEntry {
    /// Says what whoever runs the instance did, of no team.
    pub fn of_operator(action: &'static str, subject: impl Into<String>, detail: serde_json::Value) -> Self {
        Self { actor: "operator".to_owned(), team: None, action, subject: subject.into(), detail }
    }
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its number; later entries have higher ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// What else there is to say.
    pub detail: serde_json::Value,
}
