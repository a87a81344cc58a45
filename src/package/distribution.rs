//! The kinds of files that a release is made of, told by their names.

use serde::{Deserialize, Serialize};

use super::{PackageName, PackageRegistry, PackageVersion};

/// What a file of a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum DistributionKind {
    /// The source of a Python package, which is built where it is installed.
    Sdist,
    /// A built Python package.
    Wheel,
    /// The one file of an npm package.
    Tarball,
}

/// Where a wheel can be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WheelTarget {
    /// Anywhere: it holds no compiled code.
    Anywhere,
    /// On one kind of machine, for one kind of Python.
    Compiled,
}

impl DistributionKind {
    /// Returns the name that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sdist => "sdist",
            Self::Wheel => "wheel",
            Self::Tarball => "tarball",
        }
    }

    /// Tells what a file of PyPI is and which version it says that it is of; nothing of a file
    /// that is of another package or of no kind that is read (an egg, an installer).
    pub fn of_python_file(file_name: &str, name: &PackageName) -> Option<(Self, PackageVersion)> {
        let parse = |text: &str| PackageVersion::parse(PackageRegistry::Pypi, text).ok();
        let is_named = |text: &str| PackageName::parse(PackageRegistry::Pypi, text).is_ok_and(|found| found == *name);
        if let Some(stem) = file_name.strip_suffix(".whl") {
            // name-version(-build)?-python-abi-platform, and `-` in none of the parts (PEP 427).
            let parts: Vec<&str> = stem.split('-').collect();
            let is_wheel = matches!(parts.len(), 5 | 6) && is_named(parts[0]);
            return is_wheel.then(|| parse(parts[1])).flatten().map(|version| (Self::Wheel, version));
        }
        let stem = [".tar.gz", ".zip", ".tgz"].iter().find_map(|ending| file_name.strip_suffix(ending))?;
        // Old source distributions have `-` in their names and in their versions.
        let mut cuts = stem.match_indices('-').map(|(at, _)| (&stem[..at], &stem[at + 1..]));
        cuts.find_map(|(found, version)| is_named(found).then(|| parse(version)).flatten())
            .map(|version| (Self::Sdist, version))
    }
}

impl WheelTarget {
    /// Reads the target off the name of a wheel.
    pub fn of_file_name(file_name: &str) -> Self {
        let is_anywhere = file_name.strip_suffix(".whl").is_some_and(|stem| stem.ends_with("-none-any"));
        if is_anywhere { Self::Anywhere } else { Self::Compiled }
    }
}
