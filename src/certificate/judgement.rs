//! The words of a certificate, read off the verdict of a scan.

use serde::{Deserialize, Serialize};

use crate::scan::SafetyStatus;

/// Whether a package is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum CouncilVerdict {
    /// Nothing speaks against it; what deserves a look is among the warnings.
    Approved,
    /// Somebody has to look at the warnings first.
    ReviewRequired,
    /// It is dangerous.
    Rejected,
}

/// The worst that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum SecurityLevel {
    /// No known concern.
    Clear,
    /// Something deserves a look, or not everything was looked at.
    Caution,
    /// A stronger concern.
    Warning,
    /// Dangerous.
    Critical,
}

impl SecurityLevel {
    /// Reads the level off a verdict.
    pub fn of(status: SafetyStatus) -> Self {
        match status {
            SafetyStatus::Safe => Self::Clear,
            SafetyStatus::Caution | SafetyStatus::Unaudited => Self::Caution,
            SafetyStatus::Warning => Self::Warning,
            SafetyStatus::Dangerous => Self::Critical,
        }
    }

    /// Returns the name that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "CLEAR",
            Self::Caution => "CAUTION",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }
}

impl CouncilVerdict {
    /// Reads the verdict off a level.
    pub fn of(level: SecurityLevel) -> Self {
        match level {
            SecurityLevel::Clear | SecurityLevel::Caution => Self::Approved,
            SecurityLevel::Warning => Self::ReviewRequired,
            SecurityLevel::Critical => Self::Rejected,
        }
    }

    /// Returns the name that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ReviewRequired => "REVIEW_REQUIRED",
            Self::Rejected => "REJECTED",
        }
    }
}
