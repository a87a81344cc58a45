//! How bad a threat is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a threat is, a worse one later in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ThreatSeverity {
    /// A nuisance.
    Low,
    /// Harm that needs something else to go wrong.
    Medium,
    /// Harm.
    High,
    /// Harm that cannot be undone, as a secret that is known to others.
    Critical,
}

/// A text that is no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a severity: expected low, medium, high or critical")]
pub struct ThreatSeverityError;

impl ThreatSeverity {
    /// Every severity, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word of the contract, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for ThreatSeverity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ThreatSeverity {
    type Err = ThreatSeverityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == text).ok_or(ThreatSeverityError)
    }
}
