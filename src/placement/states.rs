//! What stands at the place of a skill, and what becomes of it.

use std::path::PathBuf;

/// What stands at the place of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occupant {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder(PathBuf),
}

/// What becomes of what stands at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    /// Nothing stands there.
    OfNothing,
    /// The folder that stands there goes.
    OfFolder,
    /// The folder that stands there is kept aside.
    OfKeptFolder,
}

/// What became of what stood at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// Nothing stood there.
    Nothing,
    /// It was removed.
    Removed,
    /// It lies here, as it was.
    Kept(PathBuf),
}
