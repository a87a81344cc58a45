//! The list of files that an approval is about, and their one digest.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::name::find_collision;
use super::path::RecordedPath;
use crate::skill::{FileClass, Sha256Digest, root_digest};

/// One file: what makes it what it is, and its class, which is information only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasuredFile {
    /// The path below the folder; author-controlled.
    pub path: RecordedPath,
    /// The digest of the bytes, as `sha256sum` prints it.
    #[serde(serialize_with = "bare_hex")]
    pub sha256: Sha256Digest,
    /// The size in bytes.
    pub size: u64,
    /// Whether any of the three execute bits is set.
    pub executable: bool,
    /// The class by path.
    pub class: FileClass,
}

impl MeasuredFile {
    /// Tells whether both are the same bytes, whatever their mode.
    pub fn has_content_of(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 && self.size == other.size
    }
}

/// Files in byte order of their paths, each path once, no two of which are one where case is
/// ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Manifest {
    files: Vec<MeasuredFile>,
}

/// Why a list of files is no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A path occurs twice, or before one that sorts before it.
    #[error("`{path}` is not in byte order after the path before it")]
    Order {
        /// The later path.
        path: RecordedPath,
    },
    /// Two names in one folder are one where case is ignored.
    #[error("`{left}` and `{right}` are one name where case is ignored")]
    Collision {
        /// One path.
        left: String,
        /// The other path.
        right: String,
    },
}

impl Manifest {
    /// Accepts a list that claims to be a manifest.
    ///
    /// # Errors
    /// Fails where the order is another, a path occurs twice, or two names collide.
    pub fn checked(files: Vec<MeasuredFile>) -> Result<Self, ManifestError> {
        if let Some(pair) = files.windows(2).find(|pair| pair[0].path >= pair[1].path) {
            return Err(ManifestError::Order { path: pair[1].path.clone() });
        }
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for file in &files {
            let path = file.path.as_str();
            let mut start = 0;
            for end in path.match_indices('/').map(|(index, _)| index).chain([path.len()]) {
                names.entry(&path[..start]).or_default().insert(&path[start..end]);
                start = end + 1;
            }
        }
        for (folder, siblings) in names {
            if let Some((left, right)) = find_collision(siblings) {
                return Err(ManifestError::Collision {
                    left: format!("{folder}{left}"),
                    right: format!("{folder}{right}"),
                });
            }
        }
        Ok(Self { files })
    }

    /// Puts files that a walk found in order.
    ///
    /// # Errors
    /// Fails where a walk returned what no folder can hold.
    pub(super) fn of_walk(mut files: Vec<MeasuredFile>) -> Result<Self, ManifestError> {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        // The walk has compared the names of every folder; what is left is a path that occurs twice.
        match files.windows(2).find(|pair| pair[0].path == pair[1].path) {
            Some(pair) => Err(ManifestError::Order { path: pair[1].path.clone() }),
            None => Ok(Self { files }),
        }
    }

    /// Returns the files in byte order of their paths.
    pub fn files(&self) -> &[MeasuredFile] {
        &self.files
    }

    /// Returns the root digest v1 of the files.
    pub fn root_digest(&self) -> Sha256Digest {
        root_digest(self.files.iter().map(|file| (file.path.as_str(), file.sha256, file.size, file.executable)))
    }

    /// Returns the bytes of all files together.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).fold(0, u64::saturating_add)
    }
}

/// Writes a digest as 64 digits without `sha256:`.
pub(super) fn bare_hex<S: Serializer>(digest: &Sha256Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&digest.to_hex())
}
