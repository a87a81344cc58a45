//! `GET /v1/team/members`.

use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::{READS, team};
use crate::account::UserId;
use crate::api::accounts::{ListTeamMembersRequest, Refusal, TeamMemberView, TeamMembersView, TeamView};
use crate::operations::Services;
use crate::store::{ScanActivity, TeamMember};

/// Lists who is in the caller's team.
pub struct ListTeamMembers;

impl AccountOperation for ListTeamMembers {
    type Request = ListTeamMembersRequest;
    type Response = TeamMembersView;
    const NAME: &'static str = "list_team_members";
    const TITLE: &'static str = "List the members of one's team";
    const SUMMARY: &'static str = "Lists who is in the team of the caller, with roles and scan activity.";
    const ACCESS: Access = READS;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        _: ListTeamMembersRequest,
    ) -> Result<TeamMembersView, Refusal> {
        let (principal, team, _) = team(&holder)?;
        let store = services.store();
        let account = store.account(&principal.user).await.map_err(|error| store_failure(&error))?;
        let membership = account.and_then(|account| account.membership).filter(|membership| membership.team == *team);
        let membership = membership.ok_or_else(|| Refusal::not_found("team"))?;
        let members = store.team_members(team).await.map_err(|error| store_failure(&error))?;
        let users: Vec<UserId> = members.iter().map(|member| member.id.clone()).collect();
        let activity = store.scan_activity(&users).await.map_err(|error| store_failure(&error))?;
        Ok(TeamMembersView {
            team: TeamView { id: membership.team, name: membership.team_name, tier: membership.tier },
            members: members.into_iter().map(|member| view(member, &activity)).collect(),
        })
    }
}

fn view(member: TeamMember, activity: &[(UserId, ScanActivity)]) -> TeamMemberView {
    // Whoever has made no scan is not in the list.
    let made = activity.iter().find(|(user, _)| *user == member.id).map(|(_, made)| made);
    TeamMemberView {
        id: member.id,
        email: member.email.to_string(),
        name: member.name,
        role: member.role,
        joined_at: member.joined_at,
        scan_count: Some(made.map_or(0, |made| made.count)),
        last_scan_at: made.and_then(|made| made.last_at),
    }
}
