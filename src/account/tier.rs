//! What an account may use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The tier of an account; a later one may do all that an earlier one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Tier {
    /// Look-ups, reports and the history of one's own scans.
    Free,
    /// Scans by the service, threats and verification as well.
    Pro,
    /// Policies and teams as well.
    Team,
}

/// How much a tier may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierLimits {
    /// Requests in a minute.
    pub requests_per_minute: u32,
    /// Scans from one midnight UTC to the next.
    pub scans_per_day: u32,
}

/// A text that is no tier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a tier: expected free, pro or team")]
pub struct TierParseError;

impl Tier {
    /// Every tier, the smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Pro, Self::Team];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Team => "team",
        }
    }

    /// Returns what the tier may use, as the contract says.
    pub fn limits(self) -> TierLimits {
        let (requests_per_minute, scans_per_day) = match self {
            Self::Free => (30, 50),
            Self::Pro => (120, 500),
            Self::Team => (600, 5_000),
        };
        TierLimits { requests_per_minute, scans_per_day }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = TierParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text).ok_or(TierParseError)
    }
}
