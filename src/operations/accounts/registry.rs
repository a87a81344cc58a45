//! The one list of operations with accounts.

use super::{
    AccountBinding, AccountMethod, CreateApiKey, Envelope, ExposedAccountOperation, ListApiKeys, LogIn,
    RegisterAccount, RevokeApiKey, ShowAccount,
};
use super::{
    RevokeVerification, RotateWebhookSecret, ShowPublisher, ShowVerification, ShowWebhookSecret, VerifySource,
};

/// Returns every operation with accounts, in the order of the documents.
pub fn register_account_operations() -> Vec<ExposedAccountOperation> {
    let at = |method, path, success, envelope, tag| AccountBinding { method, path, success, envelope, tag };
    let account = |method, path, success| at(method, path, success, Envelope::Detail, "accounts");
    let verification = |method, path, success| at(method, path, success, Envelope::Detail, "verification");
    vec![
        ExposedAccountOperation::of::<RegisterAccount>(account(AccountMethod::Post, "/v1/auth/register", 201)),
        ExposedAccountOperation::of::<LogIn>(account(AccountMethod::Post, "/v1/auth/login", 200)),
        ExposedAccountOperation::of::<ShowAccount>(account(AccountMethod::Get, "/v1/auth/me", 200)),
        ExposedAccountOperation::of::<CreateApiKey>(account(AccountMethod::Post, "/v1/auth/keys", 201)),
        ExposedAccountOperation::of::<ListApiKeys>(account(AccountMethod::Get, "/v1/auth/keys", 200)),
        ExposedAccountOperation::of::<RevokeApiKey>(account(AccountMethod::Delete, "/v1/auth/keys/{id}", 200)),
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
    ]
}
