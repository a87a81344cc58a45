//! Ranges of versions, by the rules of each registry.

use super::npm_range::NpmRange;
use super::pypi_range::PypiRange;
use super::version::Form;
use super::{PackageRegistry, PackageVersion};

/// The versions of a package that a project takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRequest(Wanted);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Pypi(PypiRange),
    Npm(NpmRange),
}

impl VersionRequest {
    /// Reads what a manifest says: specifiers of PEP 440, or a range of npm. None where it is
    /// neither, such as a tag.
    pub fn parse(registry: PackageRegistry, text: &str) -> Option<Self> {
        Some(Self(match registry {
            PackageRegistry::Pypi => Wanted::Pypi(PypiRange::parse(text)?),
            PackageRegistry::Npm => Wanted::Npm(NpmRange::parse(text)?),
        }))
    }

    /// Tells whether a version is among them.
    pub fn contains(&self, version: &PackageVersion) -> bool {
        match (&self.0, version.form()) {
            (Wanted::Pypi(range), Form::Pypi(version)) => range.contains(version),
            (Wanted::Npm(range), Form::Npm(version)) => range.contains(version),
            _ => false,
        }
    }
}
