//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod file_scan;
mod keys;
mod phases;
mod policies;
mod publisher;
mod query;
mod refusal;
mod reported_scan;
mod signatures;
mod target_scan;
mod team;
mod threats;
mod verification;
mod webhook;

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
    NumberedPhase, PHASE_LINES, PhaseView, PhasesView, ScanOutcome, least_verdict, phase_number, severity_of_threat,
    verdict_of_threat,
};
pub use policies::{
    EvaluatePolicyRequest, EvaluatedPolicyView, ListPoliciesRequest, PinnedSubject, PoliciesView, PolicyEvaluationView,
    PolicyResult, PolicySummaryView, PolicyView, PolicyViolationView, ShowPolicyRequest, WithdrawPolicyRequest,
    WithdrawnPolicyView, WritePolicyRequest,
};
pub use publisher::{PublisherPackage, PublisherView, ShowPublisherRequest};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
pub use reported_scan::{ReportScanRequest, ReportedPhase, ReportedScanView, ScanPublisherView, ScanThreatView};
pub use signatures::{ListSignaturesRequest, SignatureListView, SignatureView, WithdrawnSignatureView};
pub use target_scan::{
    ListScansRequest, ListedScanView, ListedScansView, ScanPolicyView, ScanProgressView, ScanView, ShowScanRequest,
    SubmitScanRequest,
};
pub use team::{
    AcceptInvitationRequest, AuditEntryView, ChangeRoleRequest, CreateTeamRequest, HandOverTeamRequest, InvitationView,
    InvitationsView, InviteRequest, LeaveTeamRequest, ListInvitationsRequest, ListTeamAuditRequest,
    ListTeamMembersRequest, MadeInvitationView, MembershipView, RemoveMemberRequest, TeamAuditView, TeamMemberView,
    TeamMembersView, TeamView, WithdrawInvitationRequest, WithdrawnInvitationView,
};
pub use threats::{
    AffectedPackageView, ListThreatsRequest, ReportThreatRequest, ReportedThreatView, ShowThreatRequest,
    ThreatByHashView, ThreatListView, ThreatView,
};
pub use verification::{
    BadgeView, FlaggedPhase, HashCheck, VerificationDetails, VerificationRequest, VerificationStatus, VerificationView,
    VerifiedSubject, VerifySourceRequest,
};
pub use webhook::{RotateWebhookSecretRequest, RotatedWebhookSecretView, ShowWebhookSecretRequest, WebhookSecretView};
