//! The id of a threat, which follows from what it is about and who says so.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const PREFIX: &str = "thr_";
/// What the flag of a known threat begins with.
const FLAG_PREFIX: &str = "known-threat:";
/// Hex digits after the prefix: 80 bits, so that nobody meets another's by chance.
const DIGITS: usize = 20;

/// The id of a threat: `thr_` and 20 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, with = "String")]
pub struct ThreatId(String);

/// A text that is no id of a threat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a threat: expected `thr_` and 20 hex digits")]
pub struct ThreatIdError;

impl ThreatId {
    /// Returns the id of what `source` says of `subject`, such as a digest or a package: the
    /// same for every report of one thing, and another one for another source.
    pub fn of(source: &str, subject: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(source.len().to_string());
        hasher.update("\n");
        hasher.update(source);
        hasher.update("\n");
        hasher.update(subject);
        let mut digits = hex::encode(hasher.finalize());
        digits.truncate(DIGITS);
        Self(format!("{PREFIX}{digits}"))
    }

    /// Returns the flag by which a verdict names the threat that lowers it.
    pub fn flag(&self) -> String {
        format!("{FLAG_PREFIX}{self}")
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ThreatId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for ThreatId {
    type Err = ThreatIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let digits = text.strip_prefix(PREFIX).filter(|rest| rest.len() == DIGITS && rest.bytes().all(is_digit));
        digits.map(|_| Self(text.to_owned())).ok_or(ThreatIdError)
    }
}

impl TryFrom<String> for ThreatId {
    type Error = ThreatIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ThreatId> for String {
    fn from(id: ThreatId) -> Self {
        id.0
    }
}
