//! `POST /v1/team`.

use super::super::refusals::{store_failure, unforeseen};
use super::super::register_account::NAME_CHARACTERS;
use super::super::{Access, AccountOperation, Holder};
use super::{CHANGES, entry};
use crate::account::TeamId;
use crate::api::accounts::{CreateTeamRequest, Refusal, RefusalCode, TeamView};
use crate::operations::Services;
use crate::skill::sanitise_line;

/// Makes a team, which the caller owns.
pub struct CreateTeam;

impl AccountOperation for CreateTeam {
    type Request = CreateTeamRequest;
    type Response = TeamView;
    const NAME: &'static str = "create_team";
    const TITLE: &'static str = "Make a team";
    const SUMMARY: &'static str =
        "Makes a team that the caller owns. Everybody in it may use what the tier of the caller may.";
    const ACCESS: Access = CHANGES;

    async fn run(services: &Services, holder: Holder<'_>, request: CreateTeamRequest) -> Result<TeamView, Refusal> {
        let principal = holder.principal()?;
        let name = sanitise_line(&request.name, NAME_CHARACTERS);
        if name.is_empty() {
            return Err(Refusal::new(RefusalCode::BadRequest, "name is empty; say what the team is called"));
        }
        let id = TeamId::draw().map_err(|error| unforeseen(&error))?;
        let (tier, now) = (principal.tier, services.now());
        let entry = entry(principal, &id, "team.create", &id, serde_json::json!({ "name": name, "tier": tier }));
        let made = services.store().create_team(&id, &name, tier, &principal.user, &entry, now).await;
        if made.map_err(|error| store_failure(&error))? {
            Ok(TeamView { id, name, tier })
        } else {
            Err(Refusal::new(RefusalCode::Conflict, "this account is in a team already; leave it first"))
        }
    }
}
