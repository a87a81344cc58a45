//! The registries that are known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of registry: its protocol, and its rules for names and versions. Which host speaks it
/// is configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PackageRegistry {
    /// Packages of Python.
    Pypi,
    /// Packages of JavaScript.
    Npm,
}

/// A text that names no registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown registry, expected `npm` or `pypi`")]
pub struct UnknownRegistry;

impl PackageRegistry {
    /// Every registry, in the order of reports.
    pub const ALL: [Self; 2] = [Self::Pypi, Self::Npm];

    /// Returns the name that commands, URLs and answers use; also the type of a purl.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
        }
    }
}

impl fmt::Display for PackageRegistry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for PackageRegistry {
    type Err = UnknownRegistry;

    /// Accepts the name in lower case, as it is written.
    fn from_str(text: &str) -> Result<Self, UnknownRegistry> {
        Self::ALL.into_iter().find(|registry| registry.as_str() == text).ok_or(UnknownRegistry)
    }
}
