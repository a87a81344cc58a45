//! The one list of operations with accounts.

use super::AccountMethod::{Delete, Get, Post, Put};
use super::{
    AcceptInvitation, ChangeRole, CreateApiKey, CreateTeam, DeleteScan, EvaluatePolicy, FollowScan, HandOverTeam,
    InviteMember, LeaveTeam, ListApiKeys, ListFileScans, ListInvitations, ListPolicies, ListScans, ListSignatures,
    ListTeamAudit, ListTeamMembers, ListThreats, LogIn, RegisterAccount, RemoveMember, ReportScan, ReportThreat,
    RevokeApiKey, RevokeVerification, RotateWebhookSecret, ShowAccount, ShowFileScan, ShowPolicy, ShowPublisher,
    ShowScan, ShowThreat, ShowVerification, ShowWebhookSecret, SubmitScan, UploadScan, VerifySource,
    WithdrawInvitation, WithdrawPolicy, WritePolicy,
};
use super::{AccountBinding, Envelope, ExposedAccountOperation};
use crate::operations::packages::PreviewPackages;

/// Returns every operation with accounts, in the order of the documents.
pub fn register_account_operations() -> Vec<ExposedAccountOperation> {
    // Each document has its own envelope of refusals.
    let detail =
        |tag| move |method, path, success| AccountBinding { method, path, success, envelope: Envelope::Detail, tag };
    let cloud =
        |tag| move |method, path, success| AccountBinding { method, path, success, envelope: Envelope::Cloud, tag };
    let (accounts, threats, signatures) = (detail("accounts"), detail("threats"), detail("signatures"));
    let (publishers, verification, reported_scans) = (detail("publishers"), detail("verification"), detail("scans"));
    let (listed_threats, scans, policies, team) = (cloud("threats"), cloud("scans"), cloud("policies"), cloud("team"));
    let packages = cloud("packages");
    vec![
        ExposedAccountOperation::of::<RegisterAccount>(accounts(Post, "/v1/auth/register", 201)),
        ExposedAccountOperation::of::<LogIn>(accounts(Post, "/v1/auth/login", 200)),
        ExposedAccountOperation::of::<ShowAccount>(accounts(Get, "/v1/auth/me", 200)),
        ExposedAccountOperation::of::<CreateApiKey>(accounts(Post, "/v1/auth/keys", 201)),
        ExposedAccountOperation::of::<ListApiKeys>(accounts(Get, "/v1/auth/keys", 200)),
        ExposedAccountOperation::of::<RevokeApiKey>(accounts(Delete, "/v1/auth/keys/{id}", 200)),
        ExposedAccountOperation::of::<ShowThreat>(threats(Get, "/v1/threat/{hash}", 200)),
        ExposedAccountOperation::of::<ListThreats>(listed_threats(Get, "/v1/threats", 200)),
        ExposedAccountOperation::of::<ReportThreat>(threats(Post, "/v1/report", 201)),
        ExposedAccountOperation::of::<ListSignatures>(signatures(Get, "/v1/signatures", 200)),
        ExposedAccountOperation::of::<ReportScan>(reported_scans(Post, "/v1/scan", 201)),
        ExposedAccountOperation::of::<SubmitScan>(scans(Post, "/v1/scans", 202)),
        ExposedAccountOperation::of::<ListScans>(scans(Get, "/v1/scans", 200)),
        ExposedAccountOperation::of::<ShowScan>(scans(Get, "/v1/scans/{id}", 200)),
        ExposedAccountOperation::of::<FollowScan>(scans(Get, "/v1/scans/{id}/events", 200)),
        ExposedAccountOperation::of::<UploadScan>(scans(Post, "/api/scans", 202)),
        ExposedAccountOperation::of::<ListFileScans>(scans(Get, "/api/scans", 200)),
        ExposedAccountOperation::of::<ShowFileScan>(scans(Get, "/api/scans/{id}", 200)),
        ExposedAccountOperation::of::<DeleteScan>(scans(Delete, "/api/scans/{id}", 200)),
        ExposedAccountOperation::of::<ShowPublisher>(publishers(Get, "/v1/publisher/{id}", 200)),
        ExposedAccountOperation::of::<VerifySource>(verification(Post, "/v1/verify", 200)),
        ExposedAccountOperation::of::<ShowVerification>(verification(Get, "/v1/verify/{id}", 200)),
        ExposedAccountOperation::of::<RevokeVerification>(verification(Delete, "/v1/verify/{id}", 200)),
        ExposedAccountOperation::of::<RotateWebhookSecret>(verification(Post, "/v1/webhooks/secret", 201)),
        ExposedAccountOperation::of::<ShowWebhookSecret>(verification(Get, "/v1/webhooks/secret", 200)),
        ExposedAccountOperation::of::<PreviewPackages>(packages(
            Post,
            "/api/v1/sigma/dev/drafts/{draftId}/package-preview",
            200,
        )),
        ExposedAccountOperation::of::<EvaluatePolicy>(policies(Post, "/v1/policies/evaluate", 200)),
        ExposedAccountOperation::of::<ListPolicies>(policies(Get, "/v1/policies", 200)),
        ExposedAccountOperation::of::<ShowPolicy>(policies(Get, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<WritePolicy>(policies(Put, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<WithdrawPolicy>(policies(Delete, "/v1/policies/{name}", 200)),
        ExposedAccountOperation::of::<CreateTeam>(team(Post, "/v1/team", 201)),
        ExposedAccountOperation::of::<ListTeamMembers>(team(Get, "/v1/team/members", 200)),
        ExposedAccountOperation::of::<ChangeRole>(team(Put, "/v1/team/members/{id}", 200)),
        ExposedAccountOperation::of::<RemoveMember>(team(Delete, "/v1/team/members/{id}", 200)),
        ExposedAccountOperation::of::<InviteMember>(team(Post, "/v1/team/invitations", 201)),
        ExposedAccountOperation::of::<ListInvitations>(team(Get, "/v1/team/invitations", 200)),
        ExposedAccountOperation::of::<WithdrawInvitation>(team(Delete, "/v1/team/invitations/{email}", 200)),
        ExposedAccountOperation::of::<AcceptInvitation>(team(Post, "/v1/team/invitations/accept", 200)),
        ExposedAccountOperation::of::<LeaveTeam>(team(Post, "/v1/team/leave", 200)),
        ExposedAccountOperation::of::<HandOverTeam>(team(Put, "/v1/team/owner", 200)),
        ExposedAccountOperation::of::<ListTeamAudit>(team(Get, "/v1/team/audit", 200)),
    ]
}
