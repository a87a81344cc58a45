//! What a threat does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a threat does: the eight categories of the contract (`POST /v1/report`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ThreatCategory {
    /// It steals secrets, API keys or credentials.
    CredentialExfiltration,
    /// It lets somebody in from afar.
    Backdoor,
    /// It does harm in a script that runs on installation.
    InstallHookAbuse,
    /// Its name is made to be taken for another's.
    Typosquat,
    /// Its harmful part is hidden on purpose.
    ObfuscatedPayload,
    /// It mines cryptocurrency.
    Cryptominer,
    /// It sends other data away.
    DataExfiltration,
    /// It does other harm.
    Other,
}

/// A text that is no category.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a category: expected one of {}", ThreatCategory::ALL.map(ThreatCategory::as_str).join(", "))]
pub struct ThreatCategoryError;

impl ThreatCategory {
    /// Every category, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::CredentialExfiltration,
        Self::Backdoor,
        Self::InstallHookAbuse,
        Self::Typosquat,
        Self::ObfuscatedPayload,
        Self::Cryptominer,
        Self::DataExfiltration,
        Self::Other,
    ];

    /// Returns the word of the contract, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CredentialExfiltration => "credential_exfiltration",
            Self::Backdoor => "backdoor",
            Self::InstallHookAbuse => "install_hook_abuse",
            Self::Typosquat => "typosquat",
            Self::ObfuscatedPayload => "obfuscated_payload",
            Self::Cryptominer => "cryptominer",
            Self::DataExfiltration => "data_exfiltration",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for ThreatCategory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ThreatCategory {
    type Err = ThreatCategoryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|category| category.as_str() == text).ok_or(ThreatCategoryError)
    }
}
