//! Packages that a threat is in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::skill::sanitise_line;

/// Longest name of a package or repository, in characters.
const NAME_CHARACTERS: usize = 300;
/// Longest version, in characters.
const VERSION_CHARACTERS: usize = 100;

/// Where packages of a name come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Ecosystem {
    /// The registry of npm.
    Npm,
    /// The Python Package Index.
    Pypi,
    /// A repository.
    Git,
    /// Something at a URL.
    Url,
}

/// A text that names no ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ecosystem: expected npm, pypi, git or url")]
pub struct EcosystemError;

/// A text that cannot be the name of a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot name a package, repository or URL: expected 1 to {NAME_CHARACTERS} characters without spaces")]
pub struct PackageNameError;

impl Ecosystem {
    /// Every ecosystem.
    pub const ALL: [Self; 4] = [Self::Npm, Self::Pypi, Self::Git, Self::Url];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Git => "git",
            Self::Url => "url",
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Ecosystem {
    type Err = EcosystemError;

    /// Reads the word; `pip` is what one document of the API calls `pypi`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = if text == "pip" { "pypi" } else { text };
        Self::ALL.into_iter().find(|ecosystem| ecosystem.as_str() == text).ok_or(EcosystemError)
    }
}

/// A package that a threat is in. Its name is written as its ecosystem compares names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AffectedPackage {
    ecosystem: Ecosystem,
    name: String,
    version: Option<String>,
}

impl AffectedPackage {
    /// Names a package; every version of it where `version` is none.
    ///
    /// # Errors
    /// Fails where a name or version is empty, too long, or has spaces or invisible characters.
    pub fn new(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Result<Self, PackageNameError> {
        let name = plain(name, NAME_CHARACTERS)?;
        let version = version.map(|version| plain(version, VERSION_CHARACTERS)).transpose()?;
        Ok(Self { ecosystem, name: compared(ecosystem, &name), version })
    }

    /// Tells whether this stands for `other` as well: the same version of it, or every one.
    pub fn covers(&self, other: &Self) -> bool {
        let is_same = self.ecosystem == other.ecosystem && self.name == other.name;
        is_same && (self.version.is_none() || self.version == other.version)
    }

    /// Returns where it comes from.
    pub fn ecosystem(&self) -> Ecosystem {
        self.ecosystem
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its version; every one where there is none.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl fmt::Display for AffectedPackage {
    /// Writes it as `npm:name@version`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.ecosystem, self.name)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(formatter, "@{version}"))
    }
}

fn plain(text: &str, limit: usize) -> Result<String, PackageNameError> {
    let is_plain = !text.is_empty()
        && text.chars().count() <= limit
        && !text.contains(char::is_whitespace)
        && sanitise_line(text, limit) == text;
    if is_plain { Ok(text.to_owned()) } else { Err(PackageNameError) }
}

/// Writes a name as its ecosystem compares names: PyPI by PEP 503, npm in lower case.
fn compared(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::Npm => name.to_lowercase(),
        Ecosystem::Pypi => {
            let lower = name.to_lowercase().replace(['_', '.'], "-");
            let mut parts = lower.split('-').filter(|part| !part.is_empty());
            let first = parts.next().unwrap_or(&lower).to_owned();
            parts.fold(first, |name, part| format!("{name}-{part}"))
        }
        Ecosystem::Git | Ecosystem::Url => name.trim_end_matches('/').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_their_ecosystem_compares_them_and_hostile_ones_are_none() {
        let long = "a".repeat(301);
        let rows = [
            (Ecosystem::Pypi, "My_Package..Name", Some("1.0"), Ok("pypi:my-package-name@1.0")),
            (Ecosystem::Npm, "@Scope/Name", None, Ok("npm:@scope/name")),
            (Ecosystem::Git, "https://git.example/a/B/", None, Ok("git:https://git.example/a/B")),
            (Ecosystem::Npm, "", None, Err(PackageNameError)),
            (Ecosystem::Npm, "a b", None, Err(PackageNameError)),
            (Ecosystem::Npm, "a\u{202e}b", None, Err(PackageNameError)),
            (Ecosystem::Npm, "a", Some("1\n2"), Err(PackageNameError)),
            (Ecosystem::Npm, &long, None, Err(PackageNameError)),
        ];
        for (ecosystem, name, version, expected) in rows {
            let package = AffectedPackage::new(ecosystem, name, version).map(|package| package.to_string());
            assert_eq!(package, expected.map(str::to_owned), "{name}");
        }
        assert_eq!("pip".parse(), Ok(Ecosystem::Pypi));
        let package = |name, version| AffectedPackage::new(Ecosystem::Npm, name, version).expect("a package");
        let (all, one) = (package("evil", None), package("evil", Some("1.0.0")));
        assert!(all.covers(&one) && all.covers(&all) && one.covers(&one));
        assert!(!one.covers(&all) && !one.covers(&package("evil", Some("1.0.1"))) && !all.covers(&package("x", None)));
    }
}
