//! Teams: who is in them, who is invited, and what was done.

use serde::{Deserialize, Serialize};

use crate::account::{Role, TeamId, Tier, UserId};
use crate::skill::Timestamp;

/// A request for a team.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CreateTeamRequest {
    /// What to call it.
    pub name: String,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TeamView {
    /// Id of the team.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// What everybody in it may use.
    pub tier: Tier,
}

/// A request for the members of one's team.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListTeamMembersRequest {}

/// The members of a team.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TeamMembersView {
    /// The team.
    pub team: TeamView,
    /// Who is in it, in the order in which they joined.
    pub members: Vec<TeamMemberView>,
}

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TeamMemberView {
    /// Id of the account.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Display name, or null.
    pub name: Option<String>,
    /// What the account is in the team.
    pub role: Role,
    /// When it joined.
    pub joined_at: Timestamp,
    /// How many scans it has made, or null where they are not counted.
    pub scan_count: Option<u64>,
    /// When it made the last one, or null.
    pub last_scan_at: Option<Timestamp>,
}

/// A request to invite somebody.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct InviteRequest {
    /// E-mail address of who is invited. Only an account with this address can accept.
    pub email: String,
    /// As what: `admin`, `member` or `auditor`.
    pub role: String,
}

/// An invitation that was made.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct MadeInvitationView {
    /// What accepts it. It is shown this once.
    pub invitation: String,
    /// Who is invited.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A request for the invitations that wait.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListInvitationsRequest {}

/// The invitations that wait.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct InvitationsView {
    /// The invitations, by address.
    pub invitations: Vec<InvitationView>,
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct InvitationView {
    /// Who is invited.
    pub email: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: UserId,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A request to take an invitation back.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WithdrawInvitationRequest {
    /// Who was invited.
    pub email: String,
}

/// A request to accept an invitation.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct AcceptInvitationRequest {
    /// The invitation, as it was shown when it was made.
    pub invitation: String,
}

/// A request to give a member another role.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ChangeRoleRequest {
    /// Id of the account.
    pub id: String,
    /// Its role from now on: `owner`, `admin`, `member` or `auditor`. Only an owner makes owners.
    pub role: String,
}

/// A request to put a member out of the team.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RemoveMemberRequest {
    /// Id of the account.
    pub id: String,
}

/// A request to leave one's team.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LeaveTeamRequest {}

/// A request to hand the team over.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct HandOverTeamRequest {
    /// Id of the account that owns the team from now on.
    pub id: String,
}

/// What somebody is in a team from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct MembershipView {
    /// Id of the account.
    pub id: UserId,
    /// Id of the team.
    pub team: TeamId,
    /// The role, or null where the account is no longer in the team.
    pub role: Option<Role>,
}

/// That an invitation was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WithdrawnInvitationView {
    /// Who was invited.
    pub email: String,
    /// When it was taken back.
    pub withdrawn_at: Timestamp,
}

/// A request for the audit log of one's team.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(default)]
#[schemars(inline)]
pub struct ListTeamAuditRequest {
    /// Entries before this number, which an answer calls `next_before`.
    #[serde(deserialize_with = "super::query::number")]
    pub before: Option<u64>,
    /// Entries of an answer, 1 to 200; 50 where it is left out.
    #[serde(deserialize_with = "super::query::number")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
}

/// What was done to a team.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TeamAuditView {
    /// The entries, the latest first.
    pub entries: Vec<AuditEntryView>,
    /// What to ask for as `before` to see earlier ones, or null where there are none.
    pub next_before: Option<u64>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct AuditEntryView {
    /// Its number; later entries have higher ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it: the id of an account, or `operator`.
    pub actor: String,
    /// What was done, as `team.invite`.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// What else there is to say.
    pub detail: serde_json::Value,
}
