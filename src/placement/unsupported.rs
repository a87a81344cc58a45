//! Systems without folders by descriptor and execute bits: nothing is installed there.

use std::path::{Path, PathBuf};

use super::{FilesToPlace, FolderName, Occupant, PlacementError, Replaced, Successor};

/// A folder that is never opened.
#[derive(Debug)]
pub enum SkillsFolder {}

/// A skill that is never written.
#[derive(Debug)]
pub enum Staged {}

impl SkillsFolder {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn open(_: &Path, _: &str, _: &str) -> Result<Self, PlacementError> {
        Err(PlacementError::Unsupported)
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn find(_: &Path, _: &str, _: &str) -> Result<Option<Self>, PlacementError> {
        Err(PlacementError::Unsupported)
    }

    /// Is never called.
    pub fn occupant(&self, _: &FolderName) -> Result<Occupant, PlacementError> {
        match *self {}
    }

    /// Is never called.
    pub fn stage(&self, _: &FolderName, _: &FilesToPlace<'_>) -> Result<Staged, PlacementError> {
        match *self {}
    }
}

impl Staged {
    /// Is never called.
    pub fn path(&self) -> PathBuf {
        match *self {}
    }

    /// Is never called.
    pub fn place(self, _: Successor, _: impl FnOnce(&Path) -> bool) -> Result<Replaced, PlacementError> {
        match self {}
    }
}
