//! Measures a folder in two passes, or not at all.

use std::path::Path;

use super::error::WalkError;
use super::manifest::{Manifest, MeasuredFile};

#[cfg(unix)]
use super::{first_pass::FirstPass, second_pass, system};

/// A folder that stood still while it was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredFolder {
    /// Its files.
    pub manifest: Manifest,
    /// The first bytes of the regular file SKILL.md at its root, if there is one.
    pub(super) instructions: Option<Head>,
}

/// The first bytes of a file: as many as a frontmatter block may have, and its marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub bytes: Vec<u8>,
    /// Whether the file ends with them.
    pub is_whole: bool,
}

/// Where a walk is. Tests change the tree at these moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment<'a> {
    /// The names of a folder were listed, its entries not yet looked at.
    Listed(&'a str),
    /// An entry was looked at, and is not yet open.
    Seen(&'a str),
    /// A file is open, and not yet read.
    Opened(&'a str),
    /// Everything was read once.
    BetweenPasses,
}

/// Who watches a walk.
pub(super) type Watch<'a> = &'a (dyn Fn(Moment<'_>) + Sync);

/// Measures every file below `folder`. The folder itself may be reached through links.
///
/// # Errors
/// Fails where anything below it is neither file nor folder, has a name that cannot be
/// recorded, is more than the limits allow, cannot be read, or changed meanwhile.
pub fn measure(folder: &Path) -> Result<MeasuredFolder, WalkError> {
    measure_watched(folder, &|_| {})
}

#[cfg(unix)]
pub(super) fn measure_watched(folder: &Path, watch: Watch<'_>) -> Result<MeasuredFolder, WalkError> {
    let unopened = |source| WalkError::Root { path: system::shown_path(folder), source };
    let root = folder.canonicalize().map_err(unopened)?;
    let status = system::status_at(&root).map_err(unopened)?;
    if status.kind != system::Kind::Folder {
        return Err(WalkError::NotAFolder { path: system::shown_path(folder) });
    }
    let opened = system::Folder::open(&root).map_err(unopened)?;
    let first = FirstPass::new(watch);
    let listed = first.read_folder(&opened, &status, "", 0)?;
    watch(Moment::BetweenPasses);
    second_pass::compare(&root, &listed)?;
    let mut files: Vec<MeasuredFile> = Vec::new();
    let mut instructions = None;
    listed.take_files(&mut files, &mut instructions);
    Ok(MeasuredFolder { manifest: Manifest::of_walk(files)?, instructions })
}

#[cfg(not(unix))]
pub(super) fn measure_watched(_: &Path, _: Watch<'_>) -> Result<MeasuredFolder, WalkError> {
    Err(WalkError::Unsupported)
}

impl MeasuredFolder {
    /// Tells whether a regular file SKILL.md stands at the root.
    pub fn is_skill(&self) -> bool {
        self.instructions.is_some()
    }
}

/// Measures a folder that must be a skill.
///
/// # Errors
/// Fails where [`measure`] does, and where no regular file SKILL.md stands at the root.
pub fn measure_skill(folder: &Path) -> Result<MeasuredFolder, WalkError> {
    let measured = measure(folder)?;
    if measured.is_skill() {
        Ok(measured)
    } else {
        Err(WalkError::NoInstructions { path: folder.display().to_string() })
    }
}
