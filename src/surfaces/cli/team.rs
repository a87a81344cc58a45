//! `touchmark team`.

use serde_json::json;

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::Output;
use super::paint::line;
use super::policy_arguments::{TeamArguments, TeamCommand};
use crate::operations::accounts::{TeamOverview, give_team, team_of};

/// Characters of a name or an address.
const SHOWN: usize = 100;

/// Shows or changes a team in the data folder of this machine.
pub(super) async fn run(global: &Global, arguments: TeamArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let team = match arguments.command {
        TeamCommand::Show(account) => team_of(&services, &account.email).await?,
        TeamCommand::Owner(account) => give_team(&services, &account.email).await?,
    };
    if output.json {
        output.pretty(&to_json(&team).to_string())?;
    } else {
        output.text(&page(&team))?;
    }
    Ok(Outcome::Done)
}

fn to_json(team: &TeamOverview) -> serde_json::Value {
    let members: Vec<_> = team
        .members
        .iter()
        .map(|member| {
            let email = member.email.as_str();
            json!({ "id": member.id, "email": email, "role": member.role, "joined_at": member.joined_at })
        })
        .collect();
    json!({ "id": team.id, "name": team.name, "members": members })
}

fn page(team: &TeamOverview) -> String {
    let members: String = team
        .members
        .iter()
        .map(|member| format!("{:8}  {}\n", member.role.as_str(), line(member.email.as_str(), SHOWN)))
        .collect();
    format!("{}  {}\n{members}", team.id, line(&team.name, SHOWN))
}
