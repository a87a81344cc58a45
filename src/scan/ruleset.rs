//! The version of the ruleset, which every verdict names.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::RULES;

/// Counted up with every release in which a rule, the scoring or the verdict changes; the
/// API's `safety_version`.
pub const RULESET_NUMBER: u32 = 1;

/// A ruleset: its number, and a digest over the facts of its rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RulesetVersion(String);

impl RulesetVersion {
    /// Returns the version as text, for instance `1-3f9a2c41d7be`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a version that this or an earlier program wrote.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the number before the hyphen, zero where it cannot be read.
    pub fn number(&self) -> u32 {
        self.0.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for RulesetVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for RulesetVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RulesetVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Returns the version of the rules in this program.
pub fn ruleset_version() -> &'static RulesetVersion {
    static VERSION: LazyLock<RulesetVersion> = LazyLock::new(|| {
        let mut hasher = Sha256::new();
        for rule in RULES.iter() {
            hasher.update(format!(
                "{} {} {} {} {:?} {:?}\n",
                rule.id,
                rule.revision,
                rule.severity.as_str(),
                rule.confidence.as_str(),
                rule.persona,
                rule.lifecycle
            ));
        }
        let mut digest = hex::encode(hasher.finalize());
        digest.truncate(12);
        RulesetVersion(format!("{RULESET_NUMBER}-{digest}"))
    });
    &VERSION
}
