//! The files of a skill in a fresh folder beside the others, until they take their place.
//!
//! The fresh folder lies one level deeper than installed skills, so that no agent loads a part
//! of one. What a run left that was killed is removed by the next that installs there.

use std::io;
use std::path::{Path, PathBuf};

use super::skills_folder::SkillsFolder;
use super::system::{Folder, Kind};
use super::{FilesToPlace, FolderName, Occupant, PlacementError, Replaced, Successor};

/// How fresh folders are called.
const STAGE: &str = ".touchmark-stage-";
/// Where copies of what was replaced are kept.
const REPLACED: &str = ".touchmark-replaced";
/// Copies of one skill that are kept.
const COPIES: u32 = 1_000;

/// A skill whose files are written, and not yet where agents look.
#[derive(Debug)]
pub struct Staged<'a> {
    skills: &'a SkillsFolder,
    name: &'a FolderName,
    /// The name of the fresh folder.
    stage: String,
    folder: Folder,
}

/// Where an installation is. Tests end it at these moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Nobody else installs here, and nothing is written.
    Locked,
    /// Some files are written.
    Writing,
    /// All files are written.
    Written,
    /// The new folder is about to take its place.
    Ready,
    /// The new folder waits where the old one is kept.
    Aside,
    /// It has taken its place.
    Placed,
}

impl SkillsFolder {
    /// Writes files into a fresh folder. Whoever else installs here waits until the result is
    /// dropped or has taken its place.
    ///
    /// # Errors
    /// Fails where a file cannot be written. Nothing is left then.
    pub fn stage<'a>(&'a self, name: &'a FolderName, files: &FilesToPlace<'_>) -> Result<Staged<'a>, PlacementError> {
        let failed = |source| PlacementError::Io { path: self.shown(name), source };
        self.folder.lock().map_err(failed)?;
        for left in self.folder.names().map_err(failed)?.iter().filter(|left| left.starts_with(STAGE)) {
            self.folder.remove(left).map_err(failed)?;
        }
        (self.watch)(Moment::Locked);
        let stage = format!("{STAGE}{}", uuid::Uuid::new_v4().simple());
        let folder = self.folder.make(&stage, true).map_err(failed)?;
        let staged = Staged { skills: self, name, stage, folder };
        staged.write(files).map_err(failed)?;
        (self.watch)(Moment::Written);
        Ok(staged)
    }
}

impl Staged<'_> {
    /// Returns where the files are for now.
    pub fn path(&self) -> PathBuf {
        self.skills.path().join(&self.stage).join(self.name.as_str())
    }

    /// Lets the new folder take its place, in one step. Where a folder stood there, it is looked
    /// at once more when nobody reaches it by its name any longer: if `is_expected` denies it,
    /// it is put back.
    ///
    /// # Errors
    /// Fails where something else stands there than was said, or the system refuses. The old
    /// folder is there then.
    pub fn place(
        self,
        successor: Successor,
        is_expected: impl FnOnce(&Path) -> bool,
    ) -> Result<Replaced, PlacementError> {
        let shown = self.skills.shown(self.name);
        let changed = || PlacementError::Changed { path: shown.clone() };
        let name = self.name.as_str();
        let is_new = self.skills.occupant(self.name)? == Occupant::Nothing;
        if is_new != (successor == Successor::OfNothing) {
            return Err(changed());
        }
        (self.skills.watch)(Moment::Ready);
        let skills = &self.skills.folder;
        let failed = |source: io::Error| PlacementError::Io { path: shown.clone(), source };
        let replaced = match successor {
            Successor::OfNothing => {
                self.folder.rename_new(name, skills, name).map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                        changed()
                    }
                    _ => failed(error),
                })?;
                Replaced::Nothing
            }
            Successor::OfFolder => {
                self.exchange(&self.folder, name, &self.path(), is_expected)?;
                Replaced::Removed
            }
            Successor::OfKeptFolder => {
                // The new folder waits where the old one is kept: whoever ends this run at any
                // moment finds the old one at the one place or at the other.
                let kept = self.kept_folder().map_err(failed)?;
                let copy = self.move_to_free_name(&kept).map_err(failed)?;
                let path = self.skills.path().join(REPLACED).join(&copy);
                (self.skills.watch)(Moment::Aside);
                if let Err(error) = self.exchange(&kept, &copy, &path, is_expected) {
                    let _ = kept.remove(&copy);
                    return Err(error);
                }
                Replaced::Kept(path)
            }
        };
        // The names are on the disk before whoever asked hears that it is done.
        skills.sync().map_err(failed)?;
        (self.skills.watch)(Moment::Placed);
        Ok(replaced)
    }

    /// Lets the new folder, which is called `new_name` in `new`, change places with the old one.
    fn exchange(
        &self,
        new: &Folder,
        new_name: &str,
        new_path: &Path,
        is_expected: impl FnOnce(&Path) -> bool,
    ) -> Result<(), PlacementError> {
        let shown = self.skills.shown(self.name);
        let (skills, name) = (&self.skills.folder, self.name.as_str());
        new.exchange(new_name, skills, name)
            .map_err(|source| PlacementError::NoExchange { path: shown.clone(), source })?;
        let is_folder = new.kind_of(new_name).is_ok_and(|kind| kind == Kind::Folder);
        if is_folder && is_expected(new_path) {
            return Ok(());
        }
        new.exchange(new_name, skills, name).map_err(|source| PlacementError::Io { path: shown.clone(), source })?;
        Err(PlacementError::Changed { path: shown })
    }

    fn write(&self, files: &FilesToPlace<'_>) -> io::Result<()> {
        let top = self.folder.make(self.name.as_str(), false)?;
        for (index, file) in files.files().iter().enumerate() {
            if index == 1 {
                (self.skills.watch)(Moment::Writing);
            }
            let text = file.path.as_str();
            let (parents, name) = text.rsplit_once('/').unwrap_or(("", text));
            let mut inner: Option<Folder> = None;
            for parent in parents.split('/').filter(|parent| !parent.is_empty()) {
                let folder = inner.as_ref().unwrap_or(&top);
                inner = Some(match folder.kind_of(parent)? {
                    Kind::Absent => folder.make(parent, false)?,
                    _ => folder.folder(parent)?,
                });
            }
            inner.as_ref().unwrap_or(&top).write(name, file.bytes, file.is_executable)?;
        }
        top.sync()
    }

    fn kept_folder(&self) -> io::Result<Folder> {
        match self.skills.folder.make(REPLACED, true) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.skills.folder.folder(REPLACED),
            made => made,
        }
    }

    /// Moves the new folder to a name that is free among the copies.
    fn move_to_free_name(&self, kept: &Folder) -> io::Result<String> {
        let free = (1..=COPIES).map(|number| format!("{}-{number}", self.name));
        for copy in free {
            if kept.kind_of(&copy)? == Kind::Absent {
                self.folder.rename_new(self.name.as_str(), kept, &copy)?;
                return Ok(copy);
            }
        }
        Err(io::Error::other(format!("{COPIES} copies of it lie in {REPLACED}; remove some")))
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // A run that breaks off touches nothing any more; the next one clears up.
        if !std::thread::panicking() {
            let _ = self.skills.folder.remove(&self.stage);
            let _ = self.skills.folder.unlock();
        }
    }
}
