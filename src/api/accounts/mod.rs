//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod keys;
mod refusal;
mod signatures;
mod threats;

pub use account::{
    AccountView, LogInRequest, LogInView, LoggedInView, RegisterRequest, RegisteredView, ShowAccountRequest,
};
pub use keys::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView,
    RevokeApiKeyRequest, RevokedApiKeyView,
};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
pub use signatures::{ListSignaturesRequest, SignatureListView, SignatureView, WithdrawnSignatureView};
pub use threats::{
    AffectedPackageView, ListThreatsRequest, ReportThreatRequest, ReportedThreatView, ShowThreatRequest,
    ThreatByHashView, ThreatListView, ThreatView,
};
