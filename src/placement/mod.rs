//! Puts the files of a skill where agents look for skills: as a whole or not at all.
//!
//! Everything is reached by open folders: no link is followed on the way, below the target or
//! in it. Files are made in a fresh folder on the same file system, measured by whoever asked,
//! and then take their place by one rename, so that at every moment the old folder is there or
//! the new one. The room knows neither the index nor a verdict nor a lockfile, and runs nothing.
//! Start at [`SkillsFolder::open`], then [`SkillsFolder::stage`] and [`Staged::place`].

mod error;
mod files;
mod name;
#[cfg(unix)]
mod skills_folder;
#[cfg(unix)]
mod stage;
mod states;
#[cfg(unix)]
mod system;
#[cfg(all(test, unix))]
mod tests;
#[cfg(not(unix))]
mod unsupported;

pub use error::PlacementError;
pub use files::{FileToPlace, FilesToPlace};
pub use name::FolderName;
#[cfg(unix)]
pub use skills_folder::SkillsFolder;
#[cfg(unix)]
pub use stage::Staged;
pub use states::{Occupant, Replaced, Successor};
#[cfg(not(unix))]
pub use unsupported::{SkillsFolder, Staged};
