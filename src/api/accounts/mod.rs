//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod keys;
mod phases;
mod publisher;
mod refusal;
mod verification;
mod webhook;

pub use account::{
    AccountView, LogInRequest, LogInView, LoggedInView, RegisterRequest, RegisteredView, ShowAccountRequest,
};
pub use keys::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView,
    RevokeApiKeyRequest, RevokedApiKeyView,
};
pub use phases::{
    NumberedPhase, PHASE_LINES, PhaseView, PhasesView, ScanOutcome, least_verdict, phase_number, verdict_of_threat,
};
pub use publisher::{PublisherPackage, PublisherView, ShowPublisherRequest};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
pub use verification::{
    BadgeView, FlaggedPhase, HashCheck, VerificationDetails, VerificationRequest, VerificationStatus, VerificationView,
    VerifiedSubject, VerifySourceRequest,
};
pub use webhook::{RotateWebhookSecretRequest, RotatedWebhookSecretView, ShowWebhookSecretRequest, WebhookSecretView};
