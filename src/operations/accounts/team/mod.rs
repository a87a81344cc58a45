//! Teams: `/v1/team`. Who is in them, who is invited, and what was done.

mod audit;
mod create;
mod invitations;
mod members;
mod operator;
mod roles;

pub use audit::ListTeamAudit;
pub use create::CreateTeam;
pub use invitations::{AcceptInvitation, InviteMember, ListInvitations, WithdrawInvitation};
pub use members::ListTeamMembers;
pub use operator::{OperatorTeamError, TeamOverview, give_team, team_of};
pub use roles::{ChangeRole, HandOverTeam, LeaveTeam, RemoveMember};

use super::{Access, Holder};
use crate::account::{Forbidden, Principal, Role, Scope, TeamId, Tier};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::store::AuditEntry;

/// What changes a team is done by somebody who logged in.
const CHANGES: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Team };
/// What reads it, by a key for that as well.
const READS: Access = Access::Holder { scope: Scope::TeamRead, tier: Tier::Team };

/// Returns the team of who calls, and what they are in it.
pub(super) fn team<'a>(holder: &'a Holder<'_>) -> Result<(&'a Principal, &'a TeamId, Role), Refusal> {
    let principal = holder.principal()?;
    let (team, role) = principal.team().map_err(|forbidden| refuse(&forbidden))?;
    Ok((principal, team, role))
}

/// Returns the team of who calls, where their role is one that may.
pub(super) fn team_where<'a>(
    holder: &'a Holder<'_>,
    may: impl FnOnce(Role) -> bool,
) -> Result<(&'a Principal, &'a TeamId, Role), Refusal> {
    let (principal, team, role) = team(holder)?;
    if may(role) { Ok((principal, team, role)) } else { Err(refuse(&Forbidden::Role(role))) }
}

fn refuse(forbidden: &Forbidden) -> Refusal {
    Refusal::new(RefusalCode::Forbidden, forbidden.to_string())
}

/// Makes an entry about a team.
pub(super) fn entry(
    principal: &Principal,
    team: &TeamId,
    action: &'static str,
    subject: impl ToString,
    detail: serde_json::Value,
) -> AuditEntry {
    let actor = principal.user.to_string();
    AuditEntry { actor, team: Some(team.clone()), action, subject: subject.to_string(), detail }
}
