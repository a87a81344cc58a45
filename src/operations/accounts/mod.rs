//! The API with accounts: who calls, and one use case a file.
//!
//! Its operations know who calls them ([`Holder`]), which those of the index do not; the list
//! is [`register_account_operations`], from which routes and documents come.

mod authenticate;
mod callback;
mod credential;
mod keys;
mod log_in;
mod manage;
mod operation;
mod policies;
mod publisher;
mod refusals;
mod register_account;
mod registry;
mod report_threat;
mod scans;
mod services;
mod show_account;
mod signatures;
mod team;
mod threats;
mod verification;

pub use authenticate::authenticate;
pub(super) use callback::keep_webhooks;
pub use callback::{RotateWebhookSecret, ShowWebhookSecret, deliver_webhooks, list_webhooks, retry_webhooks};
pub use credential::Credential;
pub use keys::{CreateApiKey, ListApiKeys, RevokeApiKey};
pub use log_in::LogIn;
pub use manage::{ManageError, create_account, rotate_signing_key, set_account_disabled, set_account_tier};
pub use operation::{
    Access, AccountAnswer, AccountBinding, AccountMethod, AccountOperation, Envelope, ExposedAccountOperation, Holder,
    Shape,
};
pub use policies::{EvaluatePolicy, ListPolicies, ShowPolicy, WithdrawPolicy, WritePolicy};
pub use publisher::ShowPublisher;
pub(super) use refusals::store_failure;
pub use register_account::RegisterAccount;
pub use registry::register_account_operations;
pub use report_threat::ReportThreat;
pub use scans::{
    DeleteScan, FollowScan, ListFileScans, ListScans, ReportScan, ShowFileScan, ShowScan, SubmitScan, UPLOAD_BYTES,
    Upload, UploadBuffer, UploadError, UploadScan, keep_scanning, work_on_next_scan,
};
pub use services::{AccountServices, AccountsError, Registration};
pub use show_account::ShowAccount;
pub use signatures::ListSignatures;
pub use team::{
    AcceptInvitation, ChangeRole, CreateTeam, HandOverTeam, InviteMember, LeaveTeam, ListInvitations, ListTeamAudit,
    ListTeamMembers, OperatorTeamError, RemoveMember, TeamOverview, WithdrawInvitation, give_team, team_of,
};
pub use threats::{ListThreats, ShowThreat};
pub(super) use verification::keep_verifications;
pub use verification::{
    Badge, RevokeVerification, ShowVerification, VerifySource, draw_badge, read_badge, resume_verifications,
};
