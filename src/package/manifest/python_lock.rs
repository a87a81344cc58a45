//! `poetry.lock`, `uv.lock` and `pdm.lock`: a list of packages in one version each.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Found, ManifestError, Requirement};
use crate::package::PackageRegistry;

/// Reads the packages of a lock file. What the project itself needs is known of `uv.lock`, which
/// holds the project; of the others everything counts as needed indirectly.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ManifestError> {
    let file: Table = text.parse().map_err(|error: toml::de::Error| ManifestError::Form(error.message().to_owned()))?;
    let packages = || file.get("package").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    let own = || packages().filter(|package| is_project(package));
    let direct: BTreeSet<&str> = own().flat_map(named).collect();
    for package in packages().filter(|package| !is_project(package)) {
        let field = |name: &str| package.get(name).and_then(Value::as_str);
        let Some(name) = field("name") else {
            found.skip("package", "it has no name");
            continue;
        };
        let source = package.get("source").and_then(Value::as_table);
        let requirement = match (source.and_then(elsewhere), field("version")) {
            (Some(place), _) => Requirement::elsewhere(place),
            (None, Some(version)) => Requirement::of_python(&format!("=={version}")),
            (None, None) => {
                found.skip(name, "it has no version");
                continue;
            }
        };
        found.add(PackageRegistry::Pypi, name, requirement, direct.contains(name));
    }
    Ok(())
}

/// Tells whether a package of `uv.lock` is the project itself, or a part of it.
fn is_project(package: &Table) -> bool {
    let source = package.get("source").and_then(Value::as_table);
    source.is_some_and(|source| ["editable", "virtual"].iter().any(|kind| source.contains_key(*kind)))
}

/// Returns the names of what a package of `uv.lock` needs, for developing as well.
fn named(package: &Table) -> impl Iterator<Item = &str> {
    let groups = ["optional-dependencies", "dev-dependencies"].into_iter();
    let groups = groups.filter_map(|name| package.get(name)?.as_table()).flat_map(Table::values);
    let lists = package.get("dependencies").into_iter().chain(groups).filter_map(Value::as_array);
    lists.flatten().filter_map(|dependency| dependency.get("name")?.as_str())
}

/// Returns where a package comes from, if not from a registry.
fn elsewhere(source: &Table) -> Option<&str> {
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    // uv says `registry`, `git`, `url`, `path` or `directory`; Poetry a type, and then a URL.
    ["git", "path", "directory"].into_iter().find_map(text).or_else(|| match text("type") {
        Some("legacy") => None,
        Some(_) => text("url"),
        None => text("url"),
    })
}
