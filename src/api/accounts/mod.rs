//! Requests and answers of the API with accounts, and its table of errors.

mod account;
mod keys;
mod refusal;

pub use account::{
    AccountView, LogInRequest, LogInView, LoggedInView, RegisterRequest, RegisteredView, ShowAccountRequest,
};
pub use keys::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView,
    RevokeApiKeyRequest, RevokedApiKeyView,
};
pub use refusal::{CloudErrorBody, CloudErrorEnvelope, DetailEnvelope, Refusal, RefusalCode};
