//! What whoever runs an instance does to teams: `touchmark team`.

use crate::account::{EmailAddress, EmailParseError, Role, TeamId};
use crate::operations::Services;
use crate::store::{Account, AuditEntry, Membership, StoreError, TeamMember};

/// Why a team could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorTeamError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is none.
    #[error("{text:?} is {source}")]
    Email {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: EmailParseError,
    },
    /// The address has no account, or the account is in no team.
    #[error("{0} is in no team")]
    NoTeam(EmailAddress),
}

/// A team, and who is in it.
#[derive(Debug, Clone)]
pub struct TeamOverview {
    /// The team.
    pub id: TeamId,
    /// What it is called, sanitised.
    pub name: String,
    /// Who is in it, in the order in which they joined.
    pub members: Vec<TeamMember>,
}

/// Shows the team that an account is in.
///
/// # Errors
/// Fails where it is in none.
pub async fn team_of(services: &Services, email: &str) -> Result<TeamOverview, OperatorTeamError> {
    let (_, membership) = find(services, email).await?;
    let members = services.store().team_members(&membership.team).await?;
    Ok(TeamOverview { id: membership.team, name: membership.team_name, members })
}

/// Makes a member an owner of the team, as where the only one can no longer log in.
///
/// # Errors
/// Fails where the account is in no team.
pub async fn give_team(services: &Services, email: &str) -> Result<TeamOverview, OperatorTeamError> {
    let (account, membership) = find(services, email).await?;
    let detail = serde_json::json!({ "role": Role::Owner });
    let team = Some(membership.team.clone());
    let entry = AuditEntry { team, ..AuditEntry::of_operator("team.role", account.id.as_str(), detail) };
    let (store, now) = (services.store(), services.now());
    store.set_role(&membership.team, &account.id, Some(Role::Owner), false, &entry, now).await?;
    team_of(services, email).await
}

async fn find(services: &Services, email: &str) -> Result<(Account, Membership), OperatorTeamError> {
    let email: EmailAddress =
        email.parse().map_err(|source| OperatorTeamError::Email { text: email.to_owned(), source })?;
    let found = services.store().account_by_email(&email).await?;
    let found = found.and_then(|(account, _)| account.membership.clone().map(|membership| (account, membership)));
    found.ok_or(OperatorTeamError::NoTeam(email))
}
