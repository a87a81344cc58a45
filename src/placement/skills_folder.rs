//! The folder in which an agent looks for skills.

use std::io;
use std::path::{Path, PathBuf};

use super::stage::Moment;
use super::system::{Folder, Kind};
use super::{FolderName, Occupant, PlacementError};
use crate::skill::{fold_case, sanitise_line};

/// The folder in which an agent looks for skills, open.
pub struct SkillsFolder {
    pub(super) folder: Folder,
    /// Where it really is.
    path: PathBuf,
    /// How messages name it.
    shown: String,
    /// Tests stop an installation at the moments that it passes.
    pub(super) watch: Box<dyn Fn(Moment) + Send + Sync>,
}

impl std::fmt::Debug for SkillsFolder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SkillsFolder").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SkillsFolder {
    /// Opens the folder `relative`, parts with `/` between, below `root`, and makes what is
    /// missing. `root` may be reached through links, what lies below it not; messages call it
    /// `prefix`, which is empty or ends with a slash.
    ///
    /// # Errors
    /// Fails where a part is a link or no folder, or cannot be opened or made.
    pub fn open(root: &Path, relative: &str, prefix: &str) -> Result<Self, PlacementError> {
        let found = Self::descend(root, relative, prefix, true)?;
        found.ok_or_else(|| PlacementError::Changed { path: format!("{prefix}{relative}") })
    }

    /// Opens it where it is there, and makes nothing.
    ///
    /// # Errors
    /// Fails where [`SkillsFolder::open`] does.
    pub fn find(root: &Path, relative: &str, prefix: &str) -> Result<Option<Self>, PlacementError> {
        Self::descend(root, relative, prefix, false)
    }

    fn descend(root: &Path, relative: &str, prefix: &str, makes: bool) -> Result<Option<Self>, PlacementError> {
        let shown_root = if prefix.is_empty() { "." } else { prefix };
        let failed = |path: &str, source| PlacementError::Io { path: path.to_owned(), source };
        let mut path = root.canonicalize().map_err(|source| failed(shown_root, source))?;
        let mut folder = Folder::open(&path).map_err(|source| failed(shown_root, source))?;
        let mut shown = prefix.to_owned();
        for part in relative.split('/') {
            shown.push_str(part);
            path.push(part);
            let next = match folder.kind_of(part).map_err(|source| failed(&shown, source))? {
                Kind::Link => return Err(PlacementError::Link { path: shown }),
                Kind::Other => return Err(PlacementError::NotAFolder { path: shown }),
                Kind::Folder => folder.folder(part),
                Kind::Absent if makes => match folder.make(part, false) {
                    // Somebody else was faster; a link in its place is not opened.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => folder.folder(part),
                    made => made,
                },
                Kind::Absent => return Ok(None),
            };
            folder = next.map_err(|source| failed(&shown, source))?;
            shown.push('/');
        }
        Ok(Some(Self { folder, path, shown: shown.trim_end_matches('/').to_owned(), watch: Box::new(|_| {}) }))
    }

    /// Returns where it really is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the place of a skill.
    ///
    /// # Errors
    /// Fails where anything but a folder stands there, or a folder whose name is the same where
    /// case or composition is ignored.
    pub fn occupant(&self, name: &FolderName) -> Result<Occupant, PlacementError> {
        let failed = |source| PlacementError::Io { path: self.shown(name), source };
        let folded = fold_case(name.as_str());
        let names = self.folder.names().map_err(failed)?;
        if let Some(other) = names.iter().find(|other| *other != name.as_str() && fold_case(other) == folded) {
            return Err(PlacementError::Collision { path: self.shown(name), other: sanitise_line(other, 200) });
        }
        match self.folder.kind_of(name.as_str()).map_err(failed)? {
            Kind::Absent => Ok(Occupant::Nothing),
            Kind::Folder => Ok(Occupant::Folder(self.path.join(name.as_str()))),
            Kind::Link => Err(PlacementError::Link { path: self.shown(name) }),
            Kind::Other => Err(PlacementError::NotAFolder { path: self.shown(name) }),
        }
    }

    /// Returns how messages name the place of a skill.
    pub(super) fn shown(&self, name: &FolderName) -> String {
        format!("{}/{name}", self.shown)
    }

    #[cfg(test)]
    pub(super) fn watched(mut self, watch: impl Fn(Moment) + Send + Sync + 'static) -> Self {
        self.watch = Box::new(watch);
        self
    }
}
