//! What an answer tells of a threat that lowers a verdict.

use serde::{Deserialize, Serialize};

use crate::skill::Timestamp;
use crate::threat::{ThreatCategory, ThreatId, ThreatSeverity};

/// A known threat, where there is one: then the verdict is dangerous, whatever the scanner said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ThreatNotice {
    /// Id of the threat; safety_flags has it as `known-threat:<id>`.
    pub id: ThreatId,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// A line for people, by whoever reviewed the threat.
    pub description: String,
    /// Since when it is known here.
    pub since: Timestamp,
}

impl ThreatNotice {
    /// Says it in a line, for people.
    pub fn line(&self) -> String {
        let Self { id, category, severity, description, since } = self;
        format!("known threat {id} ({severity} {category}, since {since}): {description}")
    }
}
