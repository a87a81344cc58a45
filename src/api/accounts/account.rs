//! Accounts: making one, logging in, and what it is.

use serde::{Deserialize, Serialize};

use crate::account::{Tier, UserId};
use crate::skill::Timestamp;

/// A request for an account.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RegisterRequest {
    /// E-mail address, which no other account has.
    pub email: String,
    /// Password of at least 8 characters.
    pub password: String,
    /// Display name.
    #[serde(default)]
    pub name: Option<String>,
}

/// A request to log in.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LogInRequest {
    /// E-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A request for one's own account.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowAccountRequest {}

/// An account that was made.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RegisteredView {
    /// Id of the account.
    pub id: UserId,
    /// E-mail address, in lower case.
    pub email: String,
    /// Display name, or null.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its tier.
    pub tier: Tier,
}

/// An access token.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LogInView {
    /// The token, for `Authorization: Bearer`.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds for which it is good.
    pub expires_in: u64,
    /// Whose it is.
    pub user: LoggedInView,
}

/// Who logged in.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LoggedInView {
    /// Id of the account.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Display name, or null.
    pub name: Option<String>,
    /// Tier; that of the team where the account is in one.
    pub tier: Tier,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct AccountView {
    /// Id of the account.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Display name, or null.
    pub name: Option<String>,
    /// Tier; that of the team where the account is in one.
    pub tier: Tier,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many scans it has made.
    pub scan_count: u64,
    /// When it made the last one, or null.
    pub last_scan_at: Option<Timestamp>,
}
