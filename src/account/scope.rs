//! What an API key may be used for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One thing that an API key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub enum Scope {
    /// Read one's profile, keys excluded.
    #[serde(rename = "account:read")]
    AccountRead,
    /// Read scans.
    #[serde(rename = "scans:read")]
    ScansRead,
    /// Make and delete scans.
    #[serde(rename = "scans:write")]
    ScansWrite,
    /// Read threats, publishers and signatures.
    #[serde(rename = "threats:read")]
    ThreatsRead,
    /// Report threats.
    #[serde(rename = "reports:write")]
    ReportsWrite,
    /// Verify for a marketplace.
    #[serde(rename = "verify:write")]
    VerifyWrite,
    /// Evaluate policies.
    #[serde(rename = "policies:evaluate")]
    PoliciesEvaluate,
    /// Read who is in the team.
    #[serde(rename = "team:read")]
    TeamRead,
    /// Change who is in the team, its policies and the keys of the account: what only somebody
    /// who logged in may do, and no key.
    #[serde(rename = "account:manage")]
    AccountManage,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a scope of a key: expected one of {}", Scope::OF_KEYS.map(Scope::as_str).join(", "))]
pub struct ScopeParseError;

impl Scope {
    /// Every scope that a key may have.
    pub const OF_KEYS: [Self; 8] = [
        Self::AccountRead,
        Self::ScansRead,
        Self::ScansWrite,
        Self::ThreatsRead,
        Self::ReportsWrite,
        Self::VerifyWrite,
        Self::PoliciesEvaluate,
        Self::TeamRead,
    ];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountRead => "account:read",
            Self::ScansRead => "scans:read",
            Self::ScansWrite => "scans:write",
            Self::ThreatsRead => "threats:read",
            Self::ReportsWrite => "reports:write",
            Self::VerifyWrite => "verify:write",
            Self::PoliciesEvaluate => "policies:evaluate",
            Self::TeamRead => "team:read",
            Self::AccountManage => "account:manage",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ScopeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::OF_KEYS.into_iter().find(|scope| scope.as_str() == text).ok_or(ScopeParseError)
    }
}

/// What a key may be used for, sorted and without duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Takes some scopes.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Tells whether a scope is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Returns them.
    pub fn as_slice(&self) -> &[Scope] {
        &self.0
    }
}

impl fmt::Display for Scopes {
    /// Writes them as [`Scopes::from_str`] reads them: separated by spaces.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|scope| scope.as_str()).collect();
        formatter.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = ScopeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_ascii_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>().map(Self::new)
    }
}
