//! The one list of operations with accounts.

use super::{
    AcceptInvitation, ChangeRole, CreateTeam, EvaluatePolicy, HandOverTeam, InviteMember, LeaveTeam, ListInvitations,
    ListPolicies, ListTeamAudit, ListTeamMembers, RemoveMember, ShowPolicy, WithdrawInvitation, WithdrawPolicy,
    WritePolicy,
};
use super::{
    AccountBinding, AccountMethod, CreateApiKey, Envelope, ExposedAccountOperation, ListApiKeys, LogIn,
    RegisterAccount, RevokeApiKey, ShowAccount,
};

/// Returns every operation with accounts, in the order of the documents.
pub fn register_account_operations() -> Vec<ExposedAccountOperation> {
    let at = |method, path, success, envelope, tag| AccountBinding { method, path, success, envelope, tag };
    let account = |method, path, success| at(method, path, success, Envelope::Detail, "accounts");
    let policies = |method, path, success| at(method, path, success, Envelope::Cloud, "policies");
    let team = |method, path, success| at(method, path, success, Envelope::Cloud, "team");
    vec![
        ExposedAccountOperation::of::<RegisterAccount>(account(AccountMethod::Post, "/v1/auth/register", 201)),
        ExposedAccountOperation::of::<LogIn>(account(AccountMethod::Post, "/v1/auth/login", 200)),
        ExposedAccountOperation::of::<ShowAccount>(account(AccountMethod::Get, "/v1/auth/me", 200)),
        ExposedAccountOperation::of::<CreateApiKey>(account(AccountMethod::Post, "/v1/auth/keys", 201)),
        ExposedAccountOperation::of::<ListApiKeys>(account(AccountMethod::Get, "/v1/auth/keys", 200)),
        ExposedAccountOperation::of::<RevokeApiKey>(account(AccountMethod::Delete, "/v1/auth/keys/{id}", 200)),
        ExposedAccountOperation::of::<EvaluatePolicy>(policies(AccountMethod::Post, "/v1/policies/evaluate", 200)),
        ExposedAccountOperation::of::<ListPolicies>(policies(AccountMethod::Get, "/v1/policies", 200)),
        ExposedAccountOperation::of::<ShowPolicy>(policies(AccountMethod::Get, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<WritePolicy>(policies(AccountMethod::Put, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<WithdrawPolicy>(policies(AccountMethod::Delete, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<CreateTeam>(team(AccountMethod::Post, "/v1/team", 201)),
        ExposedAccountOperation::of::<ListTeamMembers>(team(AccountMethod::Get, "/v1/team/members", 200)),
        ExposedAccountOperation::of::<ChangeRole>(team(AccountMethod::Put, "/v1/team/members/{id}", 200)),
        ExposedAccountOperation::of::<RemoveMember>(team(AccountMethod::Delete, "/v1/team/members/{id}", 200)),
        ExposedAccountOperation::of::<InviteMember>(team(AccountMethod::Post, "/v1/team/invitations", 201)),
        ExposedAccountOperation::of::<ListInvitations>(team(AccountMethod::Get, "/v1/team/invitations", 200)),
        ExposedAccountOperation::of::<WithdrawInvitation>(team(
            AccountMethod::Delete,
            "/v1/team/invitations/{email}",
            200,
        )),
        ExposedAccountOperation::of::<AcceptInvitation>(team(AccountMethod::Post, "/v1/team/invitations/accept", 200)),
        ExposedAccountOperation::of::<LeaveTeam>(team(AccountMethod::Post, "/v1/team/leave", 200)),
        ExposedAccountOperation::of::<HandOverTeam>(team(AccountMethod::Put, "/v1/team/owner", 200)),
        ExposedAccountOperation::of::<ListTeamAudit>(team(AccountMethod::Get, "/v1/team/audit", 200)),
    ]
}
