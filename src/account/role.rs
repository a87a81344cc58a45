//! What somebody is in a team.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A role in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Role {
    /// May do everything, and is the last who may leave.
    Owner,
    /// Invites, removes and changes roles, but not the owner's.
    Admin,
    /// Scans, and sees what the team scanned.
    Member,
    /// Sees everything, the audit log included, and changes nothing.
    Auditor,
}

/// A text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a role: expected owner, admin, member or auditor")]
pub struct RoleParseError;

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Member, Self::Auditor];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Auditor => "auditor",
        }
    }

    /// Tells whether the role changes who is in the team, and as what.
    pub fn manages_members(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Tells whether the role makes, changes and deletes what belongs to the team.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Auditor)
    }

    /// Tells whether the role reads the audit log.
    pub fn reads_audit_log(self) -> bool {
        !matches!(self, Self::Member)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = RoleParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(RoleParseError)
    }
}
