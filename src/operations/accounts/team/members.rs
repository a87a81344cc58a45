//! `GET /v1/team/members`.

use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::{READS, team};
use crate::api::accounts::{ListTeamMembersRequest, Refusal, TeamMemberView, TeamMembersView, TeamView};
use crate::operations::Services;
use crate::store::TeamMember;

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
        Ok(TeamMembersView {
            team: TeamView { id: membership.team, name: membership.team_name, tier: membership.tier },
            members: members.into_iter().map(view).collect(),
        })
    }
}

fn view(member: TeamMember) -> TeamMemberView {
    TeamMemberView {
        id: member.id,
        email: member.email.to_string(),
        name: member.name,
        role: member.role,
        joined_at: member.joined_at,
        // Nobody counts the scans of accounts here.
        scan_count: None,
        last_scan_at: None,
    }
}
