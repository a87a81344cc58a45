//! The one list of operations with accounts.

use super::{
    AcceptInvitation, ChangeRole, CreateTeam, EvaluatePolicy, HandOverTeam, InviteMember, LeaveTeam, ListInvitations,
    ListPolicies, ListTeamAudit, ListTeamMembers, RemoveMember, ShowPolicy, WithdrawInvitation, WithdrawPolicy,
    WritePolicy,
};
use super::{
    AccountBinding, AccountMethod, CreateApiKey, DeleteScan, Envelope, ExposedAccountOperation, FollowScan,
    ListApiKeys, ListFileScans, ListScans, LogIn, RegisterAccount, ReportScan, RevokeApiKey, ShowAccount, ShowFileScan,
    ShowScan, SubmitScan, UploadScan,
};
use super::{ListSignatures, ListThreats, ReportThreat, ShowThreat};
use super::{
    RevokeVerification, RotateWebhookSecret, ShowPublisher, ShowVerification, ShowWebhookSecret, VerifySource,
};

use crate::operations::packages::PreviewPackages;

/// Returns every operation with accounts, in the order of the documents.
pub fn register_account_operations() -> Vec<ExposedAccountOperation> {
    let at = |method, path, success, envelope, tag| AccountBinding { method, path, success, envelope, tag };
    let account = |method, path, success| at(method, path, success, Envelope::Detail, "accounts");
    let scan = |method, path, success, envelope| at(method, path, success, envelope, "scans");
    let verification = |method, path, success| at(method, path, success, Envelope::Detail, "verification");
    let policies = |method, path, success| at(method, path, success, Envelope::Cloud, "policies");
    let team = |method, path, success| at(method, path, success, Envelope::Cloud, "team");
    vec![
        ExposedAccountOperation::of::<RegisterAccount>(account(AccountMethod::Post, "/v1/auth/register", 201)),
        ExposedAccountOperation::of::<LogIn>(account(AccountMethod::Post, "/v1/auth/login", 200)),
        ExposedAccountOperation::of::<ShowAccount>(account(AccountMethod::Get, "/v1/auth/me", 200)),
        ExposedAccountOperation::of::<CreateApiKey>(account(AccountMethod::Post, "/v1/auth/keys", 201)),
        ExposedAccountOperation::of::<ListApiKeys>(account(AccountMethod::Get, "/v1/auth/keys", 200)),
        ExposedAccountOperation::of::<RevokeApiKey>(account(AccountMethod::Delete, "/v1/auth/keys/{id}", 200)),
        ExposedAccountOperation::of::<ShowThreat>(at(
            AccountMethod::Get,
            "/v1/threat/{hash}",
            200,
            Envelope::Detail,
            "threats",
        )),
        ExposedAccountOperation::of::<ListThreats>(at(
            AccountMethod::Get,
            "/v1/threats",
            200,
            Envelope::Cloud,
            "threats",
        )),
        ExposedAccountOperation::of::<ReportThreat>(at(
            AccountMethod::Post,
            "/v1/report",
            201,
            Envelope::Detail,
            "threats",
        )),
        ExposedAccountOperation::of::<ListSignatures>(at(
            AccountMethod::Get,
            "/v1/signatures",
            200,
            Envelope::Detail,
            "signatures",
        )),
        ExposedAccountOperation::of::<ReportScan>(scan(AccountMethod::Post, "/v1/scan", 201, Envelope::Detail)),
        ExposedAccountOperation::of::<SubmitScan>(scan(AccountMethod::Post, "/v1/scans", 202, Envelope::Cloud)),
        ExposedAccountOperation::of::<ListScans>(scan(AccountMethod::Get, "/v1/scans", 200, Envelope::Cloud)),
        ExposedAccountOperation::of::<ShowScan>(scan(AccountMethod::Get, "/v1/scans/{id}", 200, Envelope::Cloud)),
        ExposedAccountOperation::of::<FollowScan>(scan(
            AccountMethod::Get,
            "/v1/scans/{id}/events",
            200,
            Envelope::Cloud,
        )),
        ExposedAccountOperation::of::<UploadScan>(scan(AccountMethod::Post, "/api/scans", 202, Envelope::Cloud)),
        ExposedAccountOperation::of::<ListFileScans>(scan(AccountMethod::Get, "/api/scans", 200, Envelope::Cloud)),
        ExposedAccountOperation::of::<ShowFileScan>(scan(AccountMethod::Get, "/api/scans/{id}", 200, Envelope::Cloud)),
        ExposedAccountOperation::of::<DeleteScan>(scan(AccountMethod::Delete, "/api/scans/{id}", 200, Envelope::Cloud)),
        ExposedAccountOperation::of::<ShowPublisher>(at(
            AccountMethod::Get,
            "/v1/publisher/{id}",
            200,
            Envelope::Detail,
            "publishers",
        )),
        ExposedAccountOperation::of::<VerifySource>(verification(AccountMethod::Post, "/v1/verify", 200)),
        ExposedAccountOperation::of::<ShowVerification>(verification(AccountMethod::Get, "/v1/verify/{id}", 200)),
        ExposedAccountOperation::of::<RevokeVerification>(verification(AccountMethod::Delete, "/v1/verify/{id}", 200)),
        ExposedAccountOperation::of::<RotateWebhookSecret>(verification(
            AccountMethod::Post,
            "/v1/webhooks/secret",
            201,
        )),
        ExposedAccountOperation::of::<ShowWebhookSecret>(verification(AccountMethod::Get, "/v1/webhooks/secret", 200)),
        ExposedAccountOperation::of::<PreviewPackages>(at(
            AccountMethod::Post,
            "/api/v1/sigma/dev/drafts/{draftId}/package-preview",
            200,
            Envelope::Cloud,
            "packages",
        )),
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
