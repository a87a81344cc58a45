//! The one list of operations with accounts.

use super::{
    CreateApiKey, Envelope, ExposedTrust, ListApiKeys, LogIn, RegisterAccount, RevokeApiKey, ShowAccount, TrustBinding,
    TrustMethod,
};

/// Returns every operation with accounts, in the order of the documents.
pub fn register_trust() -> Vec<ExposedTrust> {
    let at = |method, path, success, envelope, tag| TrustBinding { method, path, success, envelope, tag };
    let account = |method, path, success| at(method, path, success, Envelope::Detail, "accounts");
    vec![
        ExposedTrust::of::<RegisterAccount>(account(TrustMethod::Post, "/v1/auth/register", 201)),
        ExposedTrust::of::<LogIn>(account(TrustMethod::Post, "/v1/auth/login", 200)),
        ExposedTrust::of::<ShowAccount>(account(TrustMethod::Get, "/v1/auth/me", 200)),
        ExposedTrust::of::<CreateApiKey>(account(TrustMethod::Post, "/v1/auth/keys", 201)),
        ExposedTrust::of::<ListApiKeys>(account(TrustMethod::Get, "/v1/auth/keys", 200)),
        ExposedTrust::of::<RevokeApiKey>(account(TrustMethod::Delete, "/v1/auth/keys/{id}", 200)),
    ]
}
