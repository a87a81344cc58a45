//! Where the folders of a lockfile are on disk. None of them leads out of its root, neither
//! by `..` nor through a link.

use std::io;
use std::path::{Path, PathBuf};

use super::disk;
use super::name::PlacePath;
use crate::skill::sanitise_line;

/// The folder of a project or of a user, without links.
#[derive(Debug, Clone)]
pub struct Root {
    path: PathBuf,
    /// What paths in reports begin with: nothing for a project, `~/` for a home folder.
    prefix: &'static str,
}

/// A folder that is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstalledFolder {
    /// Where it really is: two places that lead here are one folder.
    pub real_path: PathBuf,
    /// How reports name it; author-controlled.
    pub shown: String,
}

/// What is at a place.
#[derive(Debug)]
pub enum Place {
    /// Nothing.
    Absent,
    /// A folder.
    Folder(InstalledFolder),
}

/// Why a place cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It is not inside of its root.
    #[error("`{place}` leads out of the folder that its lockfile is about, through a link")]
    Outside {
        /// The place, sanitised.
        place: String,
    },
    /// It cannot be looked at.
    #[error("cannot look at `{place}`: {source}")]
    Unreadable {
        /// The place, sanitised.
        place: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Root {
    /// Takes the folder of a project.
    ///
    /// # Errors
    /// Fails where it is not there.
    pub fn project(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { path: path.canonicalize()?, prefix: "" })
    }

    /// Takes the home folder of a user.
    ///
    /// # Errors
    /// Fails where it is not there.
    pub fn home(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.canonicalize()?, prefix: "~/" })
    }

    /// Returns where it really is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how reports name a path below.
    pub fn shown(&self, path: &str) -> String {
        if path.is_empty() { ".".to_owned() } else { format!("{}{path}", self.prefix) }
    }

    /// Looks at a place.
    ///
    /// # Errors
    /// Fails where it leads out of this root, or cannot be looked at.
    pub fn look_at(&self, place: &PlacePath) -> Result<Place, PlaceError> {
        let Some(real_path) = self.real_path(place)? else { return Ok(Place::Absent) };
        if !real_path.is_dir() {
            return Ok(Place::Absent);
        }
        Ok(Place::Folder(InstalledFolder { real_path, shown: self.shown(place.as_str()) }))
    }

    /// Returns where the file at a place really is; nothing where there is none.
    ///
    /// # Errors
    /// Fails where it leads out of this root, or cannot be looked at.
    pub fn real_path(&self, place: &PlacePath) -> Result<Option<PathBuf>, PlaceError> {
        let shown = || sanitise_line(&self.shown(place.as_str()), 300);
        match self.path.join(place.as_str()).canonicalize() {
            Ok(real_path) if !real_path.starts_with(&self.path) => Err(PlaceError::Outside { place: shown() }),
            Ok(real_path) => Ok(Some(real_path)),
            Err(error) if disk::is_absent(&error) => Ok(None),
            Err(source) => Err(PlaceError::Unreadable { place: shown(), source }),
        }
    }

    /// Returns the file at a place; nothing where there is none.
    ///
    /// # Errors
    /// Fails where it leads out of this root, or cannot be read within `limit` bytes.
    pub fn read_file(&self, place: &PlacePath, limit: u64) -> Result<Option<Vec<u8>>, PlaceError> {
        let unreadable = |source| {
            let place = sanitise_line(&self.shown(place.as_str()), 300);
            PlaceError::Unreadable { place, source }
        };
        match self.real_path(place)? {
            Some(real_path) => disk::read(&real_path, limit).map_err(unreadable),
            None => Ok(None),
        }
    }
}
