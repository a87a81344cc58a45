//! API keys of an account.

use serde::{Deserialize, Serialize};

use crate::account::{ApiKeyId, Scope};
use crate::skill::Timestamp;

/// A request for a key.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CreateApiKeyRequest {
    /// What to call it.
    pub name: String,
    /// What it is for; all that a key may be for where it is absent.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
}

/// A request for the keys of an account.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListApiKeysRequest {}

/// A request to revoke a key.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RevokeApiKeyRequest {
    /// Id of the key.
    pub id: String,
}

/// A key that was made.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct CreatedApiKeyView {
    /// Id of the key, which is no secret.
    pub id: ApiKeyId,
    /// The key. It is shown this once.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The keys of an account.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListedApiKeysView {
    /// The keys, the latest first.
    pub keys: Vec<ListedApiKeyView>,
}

/// A key in a list.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListedApiKeyView {
    /// Id of the key.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: String,
    /// How it begins.
    pub hint: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute, or null.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, or null.
    pub revoked_at: Option<Timestamp>,
}

/// A key that was revoked.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RevokedApiKeyView {
    /// Id of the key.
    pub id: ApiKeyId,
    /// When.
    pub revoked_at: Timestamp,
}
