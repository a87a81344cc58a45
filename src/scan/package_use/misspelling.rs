//! Whether the name of a package is that of a well-known one, misspelt.

use super::PackageSource;
use crate::scan::evidence::imitated_package::taken_for;
use crate::scan::evidence::installed_package::Registry;

/// Returns the well-known package that a name is one slip away from, by the list and the distances
/// of the rule `typosquatted-package`; none where the name is well known itself.
pub fn misspelt_package(source: PackageSource, name: &str) -> Option<&'static str> {
    let registry = match source {
        PackageSource::Pypi => Registry::PyPi,
        PackageSource::Npm => Registry::Npm,
        _ => return None,
    };
    taken_for(&name.to_ascii_lowercase(), registry).map(|(known, _)| known)
}
