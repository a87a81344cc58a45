//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod file_scan;
mod keys;
mod phases;
mod refusal;
mod signatures;
mod threats;
mod reported_scan;
mod target_scan;
mod publisher;
mod verification;
mod webhook;
mod policies;
mod query;
mod team;

pub use account::{
    AccountView, LogInRequest, LogInView, LoggedInView, RegisterRequest, RegisteredView, ShowAccountRequest,
};
pub use file_scan::{
    DeletedScanView, FileScanDetailView, FileScanView, ListFileScansRequest, ListedFileScansView, UploadScanRequest,
    file_scan_time,
};
pub use keys::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView,
    RevokeApiKeyRequest, RevokedApiKeyView,
};
pub use phases::{
    NumberedPhase, PHASE_LINES, PhaseView, PhasesView, ScanOutcome, least_verdict, phase_number, verdict_of_threat,
};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
pub use signatures::{ListSignaturesRequest, SignatureListView, SignatureView, WithdrawnSignatureView};
pub use threats::{
    AffectedPackageView, ListThreatsRequest, ReportThreatRequest, ReportedThreatView, ShowThreatRequest,
    ThreatByHashView, ThreatListView, ThreatView,
};
pub use reported_scan::{ReportScanRequest, ReportedPhase, ReportedScanView, ScanPublisherView, ScanThreatView};
pub use target_scan::{
    ListScansRequest, ListedScanView, ListedScansView, ScanProgressView, ScanView, ShowScanRequest, SubmitScanRequest,
};
pub use publisher::{PublisherPackage, PublisherView, ShowPublisherRequest};
pub use verification::{
    BadgeView, FlaggedPhase, HashCheck, VerificationDetails, VerificationRequest, VerificationStatus, VerificationView,
    VerifiedSubject, VerifySourceRequest,
};
pub use webhook::{RotateWebhookSecretRequest, RotatedWebhookSecretView, ShowWebhookSecretRequest, WebhookSecretView};
pub use policies::{
    EvaluatePolicyRequest, EvaluatedPolicyView, ListPoliciesRequest, PinnedSubject, PoliciesView, PolicyEvaluationView,
    PolicyResult, PolicySummaryView, PolicyView, PolicyViolationView, ShowPolicyRequest, WithdrawPolicyRequest,
    WithdrawnPolicyView, WritePolicyRequest,
};
pub use team::{
    AcceptInvitationRequest, AuditEntryView, ChangeRoleRequest, CreateTeamRequest, HandOverTeamRequest, InvitationView,
    InvitationsView, InviteRequest, LeaveTeamRequest, ListInvitationsRequest, ListTeamAuditRequest,
    ListTeamMembersRequest, MadeInvitationView, MembershipView, RemoveMemberRequest, TeamAuditView, TeamMemberView,
    TeamMembersView, TeamView, WithdrawInvitationRequest, WithdrawnInvitationView,
};
