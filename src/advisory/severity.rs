//! How bad it is.

use std::str::FromStr;

use cvss::{Cvss, Severity};
use serde::{Deserialize, Serialize};

/// How bad what an advisory tells of is, in the words that both registries use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum AdvisorySeverity {
    /// It is unlikely to do harm.
    Low,
    /// It does harm under conditions.
    Moderate,
    /// It does harm.
    High,
    /// It does harm to everybody, or the package is malicious.
    Critical,
}

impl AdvisorySeverity {
    /// Every severity, the mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Moderate, Self::High, Self::Critical];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads the word of a database, such as `HIGH` or `Medium`.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "low" => Some(Self::Low),
            "moderate" | "medium" => Some(Self::Moderate),
            "high" | "important" => Some(Self::High),
            "critical" => Some(Self::Critical),
            _ => None,
        }
    }

    /// Reads a vector of the Common Vulnerability Scoring System, 3.0 to 4.0, by the bands of its
    /// section 5 (4.0: section 6). A score of zero is no severity.
    pub(super) fn of_vector(vector: &str) -> Option<Self> {
        match Cvss::from_str(vector).ok()?.severity() {
            Severity::None => None,
            Severity::Low => Some(Self::Low),
            Severity::Medium => Some(Self::Moderate),
            Severity::High => Some(Self::High),
            Severity::Critical => Some(Self::Critical),
        }
    }
}
