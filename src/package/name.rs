//! Names of packages, by the rules of each registry.

use std::fmt;

use super::PackageRegistry;

/// Characters of a name: npm's limit; PyPI has none, and nothing popular comes near.
const NAME_CHARACTERS: usize = 214;

/// The name of a package, as its registry compares it: two names are one package exactly where
/// they are equal.
///
/// PyPI ignores case and takes runs of `-`, `_` and `.` for one `-` (PEP 503). npm compares names
/// as they are written, with the scope: `@scope/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

/// Why a text is not the name of a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing.
    #[error("the name is empty")]
    Empty,
    /// It is longer than any registry takes.
    #[error("the name has more than {NAME_CHARACTERS} characters")]
    TooLong,
    /// It is not what PyPI takes (PEP 508).
    #[error("a name on PyPI has letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit")]
    Pypi,
    /// It is not what npm takes.
    #[error(
        "a name on npm has letters, digits, `-`, `_`, `.` and `~`, does not begin with a dot, and may have a scope: `@scope/name`"
    )]
    Npm,
}

impl PackageName {
    /// Reads a name and brings it into the form in which the registry compares it.
    ///
    /// # Errors
    /// Fails where the registry could have no package of that name.
    pub fn parse(registry: PackageRegistry, text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > NAME_CHARACTERS {
            return Err(NameError::TooLong);
        }
        match registry {
            PackageRegistry::Pypi => parse_pypi(text),
            PackageRegistry::Npm => parse_npm(text),
        }
    }

    /// Returns the name in the form in which the registry compares it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the scope without `@`, and the name without it.
    pub fn scope_and_name(&self) -> (Option<&str>, &str) {
        match self.0.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
            Some((scope, name)) => (Some(scope), name),
            None => (None, &self.0),
        }
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn parse_pypi(text: &str) -> Result<PackageName, NameError> {
    let is_separator = |byte: u8| matches!(byte, b'-' | b'_' | b'.');
    let bytes = text.as_bytes();
    let is_name = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || is_separator(*byte))
        && !is_separator(bytes[0])
        && !is_separator(bytes[bytes.len() - 1]);
    if !is_name {
        return Err(NameError::Pypi);
    }
    let mut name = String::with_capacity(text.len());
    for byte in bytes {
        match is_separator(*byte) {
            true if name.ends_with('-') => {}
            true => name.push('-'),
            false => name.push(byte.to_ascii_lowercase() as char),
        }
    }
    Ok(PackageName(name))
}

fn parse_npm(text: &str) -> Result<PackageName, NameError> {
    let is_part = |part: &str, may_begin_low: bool| {
        let is_written = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
        // Old packages are called `_` and `-`; a leading dot would be a hidden folder or lead up.
        is_written && !part.is_empty() && !part.starts_with('.') && (may_begin_low || !part.starts_with('_'))
    };
    let is_name = match text.strip_prefix('@') {
        Some(rest) => rest.split_once('/').is_some_and(|(scope, name)| is_part(scope, true) && is_part(name, true)),
        None => is_part(text, false) || text == "_",
    };
    // npm unpacks into folders of these names.
    if !is_name || matches!(text, "node_modules" | "favicon.ico") {
        return Err(NameError::Npm);
    }
    Ok(PackageName(text.to_owned()))
}
