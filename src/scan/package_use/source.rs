//! Where packages come from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::package::PackageRegistry;

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PackageSource {
    /// PyPI.
    Pypi,
    /// npm.
    Npm,
    /// A module of Go, by its path.
    Go,
    /// A crate of Rust.
    Cargo,
    /// A formula or cask of Homebrew.
    Homebrew,
    /// A gem of Ruby.
    Gem,
    /// A package of Conda.
    Conda,
    /// A package of Debian, Ubuntu or another system that has `apt`.
    Apt,
}

/// A text that names no source of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a source of packages")]
pub struct UnknownPackageSource;

impl PackageSource {
    /// Every source, in the order of reports.
    pub const ALL: [Self; 8] =
        [Self::Pypi, Self::Npm, Self::Go, Self::Cargo, Self::Homebrew, Self::Gem, Self::Conda, Self::Apt];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
            Self::Go => "go",
            Self::Cargo => "cargo",
            Self::Homebrew => "homebrew",
            Self::Gem => "gem",
            Self::Conda => "conda",
            Self::Apt => "apt",
        }
    }

    /// Returns the type of its package URLs; none for `apt`, which does not say of which
    /// distribution a package is.
    pub fn purl_type(self) -> Option<&'static str> {
        match self {
            Self::Pypi => Some("pypi"),
            Self::Npm => Some("npm"),
            Self::Go => Some("golang"),
            Self::Cargo => Some("cargo"),
            Self::Homebrew => Some("brew"),
            Self::Gem => Some("gem"),
            Self::Conda => Some("conda"),
            Self::Apt => None,
        }
    }

    /// Returns the registry whose packages are certified and advised on, where it is one.
    pub fn registry(self) -> Option<PackageRegistry> {
        match self {
            Self::Pypi => Some(PackageRegistry::Pypi),
            Self::Npm => Some(PackageRegistry::Npm),
            Self::Go | Self::Cargo | Self::Homebrew | Self::Gem | Self::Conda | Self::Apt => None,
        }
    }
}

impl From<PackageRegistry> for PackageSource {
    fn from(registry: PackageRegistry) -> Self {
        match registry {
            PackageRegistry::Pypi => Self::Pypi,
            PackageRegistry::Npm => Self::Npm,
        }
    }
}

impl fmt::Display for PackageSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for PackageSource {
    type Err = UnknownPackageSource;

    fn from_str(text: &str) -> Result<Self, UnknownPackageSource> {
        Self::ALL.into_iter().find(|source| source.as_str() == text).ok_or(UnknownPackageSource)
    }
}
