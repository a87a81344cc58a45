//! Exact versions, by the rules of each registry.

use std::cmp::Ordering;
use std::fmt;

use super::PackageRegistry;
use super::npm_version::NpmVersion;
use super::pypi_version::PypiVersion;

/// Characters of a version.
const VERSION_CHARACTERS: usize = 128;

/// One exact version of a package, ordered as its registry orders versions.
///
/// Versions are equal where the registry takes them for one: `1.0` and `1.0.0` on PyPI, and
/// `1.0.0+a` and `1.0.0+b` on npm, which keeps no two of them.
#[derive(Debug, Clone)]
pub struct PackageVersion {
    text: String,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Pypi(PypiVersion),
    Npm(NpmVersion),
}

/// Why a text is not an exact version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It is none that PyPI takes (PEP 440).
    #[error("not an exact version of a Python package; expected one like `2.31.0` or `1.0rc1`")]
    Pypi,
    /// It is none that npm takes (Semantic Versioning 2.0.0).
    #[error("not an exact version of an npm package; expected one like `4.18.2` or `1.0.0-rc.1`")]
    Npm,
    /// It is longer than any version.
    #[error("the version has more than {VERSION_CHARACTERS} characters")]
    TooLong,
}

impl PackageVersion {
    /// Reads an exact version; ranges and tags are none.
    ///
    /// # Errors
    /// Fails where the registry could have no release of that version.
    pub fn parse(registry: PackageRegistry, text: &str) -> Result<Self, VersionError> {
        if text.len() > VERSION_CHARACTERS {
            return Err(VersionError::TooLong);
        }
        match registry {
            PackageRegistry::Pypi => {
                let form = PypiVersion::parse(text).ok_or(VersionError::Pypi)?;
                Ok(Self { text: form.to_string(), form: Form::Pypi(form) })
            }
            PackageRegistry::Npm => {
                let form = NpmVersion::parse(text).ok_or(VersionError::Npm)?;
                Ok(Self { text: text.trim_start_matches('v').to_owned(), form: Form::Npm(form) })
            }
        }
    }

    /// Returns the version as it is written: of PyPI in the normal form of PEP 440.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    /// Tells whether this is a version before a release: `1.0rc1`, `2.0.0-beta.1`.
    pub fn is_before_release(&self) -> bool {
        match &self.form {
            Form::Pypi(version) => version.is_before_release(),
            Form::Npm(version) => version.is_before_release(),
        }
    }
}

impl PartialEq for PackageVersion {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for PackageVersion {}

impl PartialOrd for PackageVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PackageVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.form.cmp(&other.form)
    }
}

impl fmt::Display for PackageVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
