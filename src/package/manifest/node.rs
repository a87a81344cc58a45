//! `package.json`.

use serde_json::Value;

use super::{Found, ManifestError, Requirement};
use crate::package::PackageRegistry;

/// The tables of what is needed.
pub(super) const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// Reads what a package needs, for developing as well.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ManifestError> {
    let file: Value = serde_json::from_str(text).map_err(|error| ManifestError::Form(error.to_string()))?;
    if !file.is_object() {
        return Err(ManifestError::Form("it is no JSON object".to_owned()));
    }
    for table in TABLES.iter().filter_map(|name| file.get(name)?.as_object()) {
        for (name, version) in table {
            match version.as_str() {
                Some(version) => add(name, version, true, found),
                None => found.skip(name, "its version is no text"),
            }
        }
    }
    Ok(())
}

/// Notes a package under the name that is fetched: that of an alias.
pub(super) fn add(name: &str, version: &str, is_direct: bool, found: &mut Found) {
    let (alias, requirement) = Requirement::of_node(version);
    found.add(PackageRegistry::Npm, alias.unwrap_or(name), requirement, is_direct);
}
