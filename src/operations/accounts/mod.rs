//! The API with accounts: who calls, and one use case a file.
//!
//! Its operations know who calls them ([`Holder`]), which those of the index do not; the list
//! is [`register_account_operations`], from which routes and documents come.

mod authenticate;
mod credential;
mod keys;
mod log_in;
mod manage;
mod operation;
mod policies;
mod refusals;
mod register_account;
mod registry;
mod services;
mod show_account;
mod team;

pub use authenticate::authenticate;
pub use credential::Credential;
pub use keys::{CreateApiKey, ListApiKeys, RevokeApiKey};
pub use log_in::LogIn;
pub use manage::{ManageError, create_account, rotate_signing_key, set_account_disabled, set_account_tier};
pub use operation::{
    Access, AccountAnswer, AccountBinding, AccountMethod, AccountOperation, Envelope, ExposedAccountOperation, Holder,
};
pub use policies::{EvaluatePolicy, ListPolicies, ShowPolicy, WithdrawPolicy, WritePolicy};
pub use register_account::RegisterAccount;
pub use registry::register_account_operations;
pub use services::{AccountServices, AccountsError, Registration};
pub use show_account::ShowAccount;
pub use team::{
    AcceptInvitation, ChangeRole, CreateTeam, HandOverTeam, InviteMember, LeaveTeam, ListInvitations, ListTeamAudit,
    ListTeamMembers, OperatorTeamError, RemoveMember, TeamOverview, WithdrawInvitation, give_team, team_of,
};
