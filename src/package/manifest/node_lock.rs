//! `package-lock.json` (versions 1 to 3) and `pnpm-lock.yaml` (5 to 9).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::node::{TABLES, add};
use super::{Found, ManifestError, Requirement};
use crate::package::PackageRegistry;

/// Folders below which packages stand.
const FOLDER: &str = "node_modules/";
/// Packages in packages of version 1; deeper ones are told.
const DEPTH: usize = 50;

/// Reads the lock file of npm.
pub(super) fn read_npm(text: &str, found: &mut Found) -> Result<(), ManifestError> {
    let file: Value = serde_json::from_str(text).map_err(|error| ManifestError::Form(error.to_string()))?;
    if let Some(packages) = file.get("packages").and_then(Value::as_object) {
        read_packages(packages, found);
    } else if let Some(tree) = file.get("dependencies").and_then(Value::as_object) {
        read_tree(tree, DEPTH, found);
    } else if !file.is_object() {
        return Err(ManifestError::Form("it is no JSON object".to_owned()));
    }
    Ok(())
}

/// Reads versions 2 and 3: packages by their folder.
fn read_packages(packages: &Map<String, Value>, found: &mut Found) {
    // What the project and the packages beside it in its workspace name.
    let own = || packages.iter().filter(|(path, _)| !path.contains(FOLDER)).map(|(_, package)| package);
    let direct: BTreeSet<&str> = own()
        .flat_map(|package| TABLES.iter().filter_map(|table| package.get(table)?.as_object()))
        .flat_map(|table| table.keys().map(String::as_str))
        .collect();
    for (path, package) in packages.iter().filter(|(path, _)| path.contains(FOLDER)) {
        // A link leads to a package of the workspace.
        if package.get("link").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let folder = path.rsplit(FOLDER).next().unwrap_or_default();
        // An alias stands in the folder of its name, and says its own.
        let name = package.get("name").and_then(Value::as_str).unwrap_or(folder);
        let is_direct = path.strip_prefix(FOLDER) == Some(folder) && direct.contains(folder);
        add_locked(name, package, is_direct, found);
    }
}

/// Reads version 1: packages in packages.
fn read_tree(tree: &Map<String, Value>, depth: usize, found: &mut Found) {
    for (name, package) in tree {
        // It does not say what the project itself names.
        add_locked(name, package, false, found);
        match package.get("dependencies").and_then(Value::as_object) {
            Some(_) if depth == 0 => found.skip(name, "packages stand too deep in packages"),
            Some(inner) => read_tree(inner, depth - 1, found),
            None => {}
        }
    }
}

fn add_locked(name: &str, package: &Value, is_direct: bool, found: &mut Found) {
    let field = |name: &str| package.get(name).and_then(Value::as_str);
    let Some(version) = field("version") else {
        found.skip(name, "it has no version");
        return;
    };
    // Bytes of a repository have a version as well; those of a registry come as an archive.
    match field("resolved").filter(|resolved| resolved.starts_with("git") || resolved.starts_with("file:")) {
        Some(place) => found.add(PackageRegistry::Npm, name, Requirement::elsewhere(place), is_direct),
        None => add(name, version, is_direct, found),
    }
}

/// Reads the lock file of pnpm.
pub(super) fn read_pnpm(text: &str, found: &mut Found) -> Result<(), ManifestError> {
    let file: Value =
        serde_saphyr::from_str(text).map_err(|error| ManifestError::Form(first_line(&error.to_string())))?;
    let mut direct = BTreeSet::new();
    let importers = file.get("importers").and_then(Value::as_object).into_iter().flat_map(Map::values);
    for project in importers.chain([&file]) {
        for (name, wanted) in TABLES.iter().filter_map(|table| project.get(table)?.as_object()).flatten() {
            let version = wanted.as_str().or_else(|| wanted.get("version")?.as_str()).unwrap_or_default();
            direct.insert(format!("{name}@{}", without_peers(version)));
        }
    }
    for key in file.get("packages").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        let id = without_peers(key.strip_prefix('/').unwrap_or(key));
        // `name@version`; before version 6, `name/version`.
        let parts = id.rsplit_once('@').filter(|(name, _)| !name.is_empty()).or_else(|| id.rsplit_once('/'));
        match parts {
            Some((name, version)) => add(name, version, direct.contains(&format!("{name}@{version}")), found),
            None => found.skip(key, "no package and version"),
        }
    }
    Ok(())
}

/// Cuts off which other packages a package is built with: `1.0.0(react@18.0.0)`, `1.0.0_react`.
fn without_peers(text: &str) -> &str {
    let text = text.split('(').next().unwrap_or_default();
    // A name may hold an underscore, a version may not.
    match text.rfind('_') {
        Some(at) if text[..at].ends_with(|end: char| end.is_ascii_digit()) && text[..at].contains(['@', '/', '.']) => {
            &text[..at]
        }
        _ => text,
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
