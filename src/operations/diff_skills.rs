//! Tells what differs between two skills on this machine.

use std::path::Path;

use crate::approval::{Difference, WalkError, measure_skill};

/// Why two folders could not be compared.
#[derive(Debug, thiserror::Error)]
#[error("cannot compare `{folder}`: {source}")]
pub struct DiffError {
    folder: String,
    source: WalkError,
}

/// Measures both folders, the base first, and compares them.
///
/// # Errors
/// Fails where either cannot be measured, or is no skill; there is no report of a part.
pub fn diff_skills(base: &Path, candidate: &Path) -> Result<Difference, DiffError> {
    let measure = |folder: &Path| {
        measure_skill(folder).map_err(|source| DiffError { folder: folder.display().to_string(), source })
    };
    Ok(Difference::between(&measure(base)?, &measure(candidate)?))
}
