//! Who somebody is, and what they may do: accounts with passwords, access tokens, API keys,
//! tiers and roles.
//!
//! The room computes and decides; what is remembered is the store's, and it knows no transport.
//! A secret exists in the clear only in the type that reads or makes it; what is kept of it is
//! a hash. Start at [`AccessTokens`] and [`Principal`].

mod api_key;
mod email;
mod identifier;
mod invitation;
mod password;
mod principal;
mod random;
mod role;
mod scope;
mod signing_key;
mod tier;
mod token;

pub use api_key::{ApiKey, ApiKeyParseError};
pub use email::{EmailAddress, EmailParseError};
pub use identifier::{ApiKeyId, IdParseError, ReportId, ScanId, TeamId, UserId, VerificationId};
pub use invitation::{InvitationParseError, InvitationSecret};
pub use password::{Password, PasswordError, PasswordHash, PasswordHasher};
pub use principal::{Forbidden, Principal, Proof};
pub use random::RandomError;
pub use role::{Role, RoleParseError};
pub use scope::{Scope, ScopeParseError, Scopes};
pub use signing_key::{SigningKey, SigningKeyError};
pub use tier::{Tier, TierLimits, TierParseError};
pub use token::{AccessTokens, IssuedToken, TokenError};
