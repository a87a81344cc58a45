//! `GET /v1/team/audit`.

use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::{READS, team_where};
use crate::account::Role;
use crate::api::accounts::{AuditEntryView, ListTeamAuditRequest, Refusal, RefusalCode, TeamAuditView};
use crate::operations::Services;

/// Entries of an answer where nothing is asked for, and at most.
const LIMITS: (u32, u32) = (50, 200);

/// Shows what was done to the caller's team.
pub struct ListTeamAudit;

impl AccountOperation for ListTeamAudit {
    type Request = ListTeamAuditRequest;
    type Response = TeamAuditView;
    const NAME: &'static str = "list_team_audit";
    const TITLE: &'static str = "Show the audit log of one's team";
    const SUMMARY: &'static str =
        "Shows what was done to the team, by whom and when, the latest first. For owners, admins and auditors.";
    const ACCESS: Access = READS;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ListTeamAuditRequest,
    ) -> Result<TeamAuditView, Refusal> {
        let (_, team, _) = team_where(&holder, Role::reads_audit_log)?;
        let (usual, most) = LIMITS;
        let limit = request.limit.unwrap_or(usual);
        if !(1..=most).contains(&limit) {
            let message = format!("limit is not between 1 and {most}");
            return Err(Refusal::new(RefusalCode::ValidationError, message));
        }
        let entries = services.store().audit_log(Some(team), request.before, limit).await;
        let entries: Vec<AuditEntryView> = entries
            .map_err(|error| store_failure(&error))?
            .into_iter()
            .map(|record| AuditEntryView {
                number: record.number,
                at: record.at,
                actor: record.actor,
                action: record.action,
                subject: record.subject,
                detail: record.detail,
            })
            .collect();
        let is_full = entries.len() == limit as usize;
        let next_before = entries.last().filter(|last| is_full && last.number > 1).map(|last| last.number);
        Ok(TeamAuditView { entries, next_before })
    }
}
