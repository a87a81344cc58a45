//! What somebody asks for: a package of a registry, and a version or its latest.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{NameError, PackageName, PackageRegistry, PackageVersion, VersionError};

/// What stands as it is in a part of a purl (Package URL specification, "characters").
const PURL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A package of a registry, in one version or in its latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSpec {
    /// The registry.
    pub registry: PackageRegistry,
    /// The name.
    pub name: PackageName,
    /// The version; none asks for the latest.
    pub version: Option<PackageVersion>,
}

/// Why a text does not say which package is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// It has another form.
    #[error("expected `npm:NAME@VERSION`, `pypi:NAME==VERSION` or a package URL like `pkg:npm/NAME@VERSION`")]
    Form,
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The version is none.
    #[error(transparent)]
    Version(#[from] VersionError),
}

impl PackageSpec {
    /// Reads `npm:express@4.18.2`, `npm:@scope/name@1.0.0`, `pypi:requests==2.31.0`,
    /// `pypi:requests@2.31.0`, any of them without a version, or a package URL.
    ///
    /// # Errors
    /// Fails where it is none of them. What is written there is not repeated in the message.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        if let Some(purl) = text.strip_prefix("pkg:") {
            return Self::parse_purl(purl);
        }
        let (registry, rest) = text.split_once(':').ok_or(SpecError::Form)?;
        let registry: PackageRegistry = registry.parse().map_err(|_| SpecError::Form)?;
        let (name, version) = match registry {
            PackageRegistry::Pypi => rest.split_once("==").or_else(|| rest.split_once('@')),
            // The first character may be that of a scope.
            PackageRegistry::Npm => rest
                .char_indices()
                .skip(1)
                .find(|(_, character)| *character == '@')
                .map(|(at, _)| (&rest[..at], &rest[at + 1..])),
        }
        .map_or((rest, None), |(name, version)| (name, Some(version)));
        Self::of_parts(registry, name.trim_matches(' '), version.map(|version| version.trim_matches(' ')))
    }

    /// Checks a name and a version that stand apart.
    ///
    /// # Errors
    /// Fails where the registry could have no such package or version.
    pub fn of_parts(registry: PackageRegistry, name: &str, version: Option<&str>) -> Result<Self, SpecError> {
        let name = PackageName::parse(registry, name)?;
        let version = version.map(|version| PackageVersion::parse(registry, version)).transpose()?;
        Ok(Self { registry, name, version })
    }

    /// Reads a package URL behind its `pkg:`; qualifiers and a path within it are refused, since
    /// nothing would come of them.
    fn parse_purl(text: &str) -> Result<Self, SpecError> {
        let (kind, rest) = text.split_once('/').ok_or(SpecError::Form)?;
        let registry: PackageRegistry = kind.to_ascii_lowercase().parse().map_err(|_| SpecError::Form)?;
        if rest.contains(['?', '#']) {
            return Err(SpecError::Form);
        }
        let (name, version) = rest.rsplit_once('@').map_or((rest, None), |(name, version)| (name, Some(version)));
        let decoded = |text: &str| {
            percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| SpecError::Form)
        };
        let name = decoded(name.trim_matches('/'))?;
        let version = version.map(decoded).transpose()?;
        Self::of_parts(registry, &name, version.as_deref())
    }

    /// Returns the package URL.
    pub fn purl(&self) -> String {
        let (scope, name) = self.name.scope_and_name();
        let encoded = |text: &str| utf8_percent_encode(text, PURL).to_string();
        let scope = scope.map_or_else(String::new, |scope| format!("%40{}/", encoded(scope)));
        let version =
            self.version.as_ref().map_or_else(String::new, |version| format!("@{}", encoded(version.as_str())));
        format!("pkg:{}/{scope}{}{version}", self.registry, encoded(name))
    }
}

impl fmt::Display for PackageSpec {
    /// Writes the form that [`PackageSpec::parse`] reads, `npm:NAME@VERSION`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.registry {
            PackageRegistry::Pypi => "==",
            PackageRegistry::Npm => "@",
        };
        match &self.version {
            Some(version) => write!(formatter, "{}:{}{sign}{version}", self.registry, self.name),
            None => write!(formatter, "{}:{}", self.registry, self.name),
        }
    }
}
