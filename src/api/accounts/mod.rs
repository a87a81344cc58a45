//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod keys;
mod policies;
mod query;
mod refusal;
mod team;

pub use account::{
    AccountView, LogInRequest, LogInView, LoggedInView, RegisterRequest, RegisteredView, ShowAccountRequest,
};
pub use keys::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView,
    RevokeApiKeyRequest, RevokedApiKeyView,
};
pub use policies::{
    EvaluatePolicyRequest, EvaluatedPolicyView, ListPoliciesRequest, PinnedSubject, PoliciesView, PolicyEvaluationView,
    PolicyResult, PolicySummaryView, PolicyView, PolicyViolationView, ShowPolicyRequest, WithdrawPolicyRequest,
    WithdrawnPolicyView, WritePolicyRequest,
};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
pub use team::{
    AcceptInvitationRequest, AuditEntryView, ChangeRoleRequest, CreateTeamRequest, HandOverTeamRequest, InvitationView,
    InvitationsView, InviteRequest, LeaveTeamRequest, ListInvitationsRequest, ListTeamAuditRequest,
    ListTeamMembersRequest, MadeInvitationView, MembershipView, RemoveMemberRequest, TeamAuditView, TeamMemberView,
    TeamMembersView, TeamView, WithdrawInvitationRequest, WithdrawnInvitationView,
};
