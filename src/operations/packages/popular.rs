//! The packages that most people use, the most used first.

use crate::package::PackageRegistry;

/// Names, one a line, in the order of the list; facts only.
const PYPI: &str = include_str!("../../../index/packages/popular_pypi.txt");
const NPM: &str = include_str!("../../../index/packages/popular_npm.txt");

/// Returns the list of a registry.
pub(super) fn popular_packages(registry: PackageRegistry) -> Vec<&'static str> {
    let text = match registry {
        PackageRegistry::Pypi => PYPI,
        PackageRegistry::Npm => NPM,
    };
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::package::PackageName;

    #[test]
    fn every_line_is_a_name_in_its_normal_form_and_stands_there_once() {
        for registry in PackageRegistry::ALL {
            let names = popular_packages(registry);
            assert!(names.len() >= 100, "{registry}: {}", names.len());
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{registry}");
            for name in names {
                assert_eq!(PackageName::parse(registry, name).map(|found| found.to_string()), Ok(name.to_owned()));
            }
        }
    }
}
