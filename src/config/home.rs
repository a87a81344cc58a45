//! The home folder of the user.

use std::path::PathBuf;

/// Returns the folder that `HOME` names, below which tools keep what belongs to a user.
pub fn home_folder() -> Option<PathBuf> {
    std::env::var_os("HOME").filter(|value| !value.is_empty()).map(PathBuf::from)
}
