//! Who is what in a team: changing a role, putting somebody out, leaving, handing over.

use super::super::refusals::{bad, store_failure};
use super::super::{Access, AccountOperation, Holder};
use super::{CHANGES, entry, team, team_where};
use crate::account::{Forbidden, Role, RoleParseError, TeamId, UserId};
use crate::api::accounts::{
    ChangeRoleRequest, HandOverTeamRequest, LeaveTeamRequest, MembershipView, Refusal, RefusalCode, RemoveMemberRequest,
};
use crate::operations::Services;

/// Gives a member another role.
pub struct ChangeRole;

impl AccountOperation for ChangeRole {
    type Request = ChangeRoleRequest;
    type Response = MembershipView;
    const NAME: &'static str = "change_role";
    const TITLE: &'static str = "Give a member another role";
    const SUMMARY: &'static str = "Gives a member of the team another role. Admins change neither who is an owner nor \
         make one; the last owner stays one.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ChangeRoleRequest,
    ) -> Result<MembershipView, Refusal> {
        let (principal, team, own) = team_where(&holder, Role::manages_members)?;
        let member = member(services, team, &request.id).await?;
        let role: Role = request.role.parse().map_err(|error: RoleParseError| bad(&error))?;
        if role == Role::Owner && own != Role::Owner {
            return Err(Refusal::new(RefusalCode::Forbidden, Forbidden::Role(own).to_string()));
        }
        let entry = entry(principal, team, "team.role", &member, serde_json::json!({ "role": role }));
        set(services, team, own, &member, Some(role), &entry).await
    }
}

/// Puts a member out of the team.
pub struct RemoveMember;

impl AccountOperation for RemoveMember {
    type Request = RemoveMemberRequest;
    type Response = MembershipView;
    const NAME: &'static str = "remove_member";
    const TITLE: &'static str = "Put a member out of one's team";
    const SUMMARY: &'static str = "Puts a member out of the team at once, whatever keys the account has. Admins do not \
         put out owners; the last owner stays.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: RemoveMemberRequest,
    ) -> Result<MembershipView, Refusal> {
        let (principal, team, own) = team_where(&holder, Role::manages_members)?;
        let member = member(services, team, &request.id).await?;
        let entry = entry(principal, team, "team.remove", &member, serde_json::json!({}));
        set(services, team, own, &member, None, &entry).await
    }
}

/// Leaves the team.
pub struct LeaveTeam;

impl AccountOperation for LeaveTeam {
    type Request = LeaveTeamRequest;
    type Response = MembershipView;
    const NAME: &'static str = "leave_team";
    const TITLE: &'static str = "Leave one's team";
    const SUMMARY: &'static str = "Takes the caller out of the team. The last owner hands the team over first.";
    const ACCESS: Access = CHANGES;

    async fn run(services: &Services, holder: Holder<'_>, _: LeaveTeamRequest) -> Result<MembershipView, Refusal> {
        let (principal, team, _) = team(&holder)?;
        let entry = entry(principal, team, "team.leave", &principal.user, serde_json::json!({}));
        // Whoever leaves may be an owner, as long as another one stays.
        set(services, team, Role::Owner, &principal.user, None, &entry).await
    }
}

/// Hands the team over.
pub struct HandOverTeam;

impl AccountOperation for HandOverTeam {
    type Request = HandOverTeamRequest;
    type Response = MembershipView;
    const NAME: &'static str = "hand_over_team";
    const TITLE: &'static str = "Hand one's team over";
    const SUMMARY: &'static str =
        "Makes a member the owner in the place of the caller, who becomes an admin. For owners.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: HandOverTeamRequest,
    ) -> Result<MembershipView, Refusal> {
        let (principal, team, _) = team_where(&holder, |role| role == Role::Owner)?;
        let member = member(services, team, &request.id).await?;
        let entry = entry(principal, team, "team.hand_over", &member, serde_json::json!({}));
        let done = services.store().hand_over(team, &principal.user, &member, &entry, services.now()).await;
        if done.map_err(|error| store_failure(&error))? {
            Ok(MembershipView { id: member, team: team.clone(), role: Some(Role::Owner) })
        } else {
            Err(Refusal::new(RefusalCode::Conflict, "hand the team over to another member than yourself"))
        }
    }
}

/// Finds a member of the team. Whether somebody else has an account is told to nobody.
async fn member(services: &Services, team: &TeamId, id: &str) -> Result<UserId, Refusal> {
    let nobody = || Refusal::not_found("member of this team");
    let id: UserId = id.parse().map_err(|_| nobody())?;
    let members = services.store().team_members(team).await.map_err(|error| store_failure(&error))?;
    members.into_iter().find(|member| member.id == id).map(|member| member.id).ok_or_else(nobody)
}

/// Gives a member a role, or none. Whoever is no owner leaves owners alone.
async fn set(
    services: &Services,
    team: &TeamId,
    own: Role,
    member: &UserId,
    role: Option<Role>,
    entry: &crate::store::AuditEntry,
) -> Result<MembershipView, Refusal> {
    let spares_owners = own != Role::Owner;
    let set = services.store().set_role(team, member, role, spares_owners, entry, services.now()).await;
    if set.map_err(|error| store_failure(&error))? {
        return Ok(MembershipView { id: member.clone(), team: team.clone(), role });
    }
    let message = match spares_owners {
        true => "only an owner changes what an owner is",
        false => "the team would be left without an owner; hand it over first",
    };
    Err(Refusal::new(RefusalCode::Conflict, message))
}
