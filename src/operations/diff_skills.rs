//! Tells what differs between two skills on this machine.

use std::path::Path;

use crate::approval::{Difference, WalkError, measure_skill};

/// Measures both folders, the base first, and compares them.
///
/// # Errors
/// Fails where either cannot be measured, or is no skill; there is no report of a part.
pub fn diff_skills(base: &Path, candidate: &Path) -> Result<Difference, WalkError> {
    let base = measure_skill(base)?;
    let candidate = measure_skill(candidate)?;
    Ok(Difference::between(&base, &candidate))
}
