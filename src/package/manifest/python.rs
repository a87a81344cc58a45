//! `pyproject.toml`: PEP 621, PEP 735, build requirements, and Poetry's own tables.

use toml::{Table, Value};

use super::requirements::read_requirement;
use super::{Found, ManifestError, Requirement};
use crate::package::PackageRegistry;

/// Reads what a project needs, for building and developing as well.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ManifestError> {
    let file: Table = text.parse().map_err(|error: toml::de::Error| ManifestError::Form(error.message().to_owned()))?;
    let table = |path: &[&str]| path.iter().try_fold(&file, |table, name| table.get(*name)?.as_table());
    if let Some(project) = table(&["project"]) {
        read_list(project.get("dependencies"), found);
        read_groups(project.get("optional-dependencies"), found);
    }
    read_list(table(&["build-system"]).and_then(|build| build.get("requires")), found);
    read_groups(file.get("dependency-groups"), found);
    let Some(poetry) = table(&["tool", "poetry"]) else { return Ok(()) };
    for name in ["dependencies", "dev-dependencies"] {
        read_poetry(poetry.get(name), found);
    }
    for (_, group) in poetry.get("group").and_then(Value::as_table).into_iter().flatten() {
        read_poetry(group.get("dependencies"), found);
    }
    Ok(())
}

fn read_list(list: Option<&Value>, found: &mut Found) {
    for requirement in list.and_then(Value::as_array).into_iter().flatten() {
        // A group may include another one, which is read by itself.
        if let Some(text) = requirement.as_str() {
            read_requirement(text, true, found);
        }
    }
}

fn read_groups(groups: Option<&Value>, found: &mut Found) {
    for (_, list) in groups.and_then(Value::as_table).into_iter().flatten() {
        read_list(Some(list), found);
    }
}

fn read_poetry(table: Option<&Value>, found: &mut Found) {
    for (name, value) in table.and_then(Value::as_table).into_iter().flatten().filter(|(name, _)| *name != "python") {
        let requirements = match value {
            // Of several, each is for another platform.
            Value::Array(values) => values.iter().map(requirement_of).collect(),
            value => vec![requirement_of(value)],
        };
        for requirement in requirements {
            match requirement {
                Some(requirement) => found.add(PackageRegistry::Pypi, name, requirement, true),
                None => found.skip(name, "no requirement that can be read"),
            }
        }
    }
}

/// Reads a requirement of Poetry. Its plain version (`1.2.3`) is an exact one, which PEP 440
/// writes `==1.2.3`.
fn requirement_of(value: &Value) -> Option<Requirement> {
    let of_text = |text: &str| match text.starts_with(|first: char| first.is_ascii_digit()) {
        true if !text.contains(['*', ',', ' ']) => Requirement::of_python(&format!("=={text}")),
        _ => Requirement::of_python(text),
    };
    match value {
        Value::String(text) => Some(of_text(text)),
        Value::Table(table) => {
            let field = |name: &str| table.get(name).and_then(Value::as_str);
            let elsewhere = ["git", "url", "path", "file"].into_iter().find_map(field);
            elsewhere.map(Requirement::elsewhere).or_else(|| field("version").map(of_text))
        }
        _ => None,
    }
}
