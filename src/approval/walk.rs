//! Measures a folder in two passes, or not at all.

use std::path::Path;

use super::error::WalkError;
use super::manifest::{Manifest, MeasuredFile};
use crate::skill::Sha256Digest;

#[cfg(unix)]
use super::{first_pass::FirstPass, second_pass, system};

/// A folder that stood still while it was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredFolder {
    /// Its files.
    pub manifest: Manifest,
    /// The first bytes of the regular file SKILL.md at its root, if there is one.
    pub(super) instructions: Option<Head>,
    /// The bytes of each file in the order of the manifest, where they were asked for.
    contents: Vec<Vec<u8>>,
    /// Whether something was left out that root digest v1 does not cover and other digests do.
    holds_records: bool,
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

/// What is kept of files once they are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The head of SKILL.md.
    Head,
    /// Every byte, for digests that are made of more than the digests of files.
    Contents,
}

/// Measures every file below `folder`. The folder itself may be reached through links.
///
/// # Errors
/// Fails where anything below it is neither file nor folder, has a name that cannot be
/// recorded, is more than the limits allow, cannot be read, or changed meanwhile.
pub fn measure(folder: &Path) -> Result<MeasuredFolder, WalkError> {
    measure_keeping(folder, Keep::Head)
}

/// Measures as [`measure`] does, and keeps what is asked for: the very bytes that were hashed.
///
/// # Errors
/// Fails where [`measure`] does.
pub fn measure_keeping(folder: &Path, keep: Keep) -> Result<MeasuredFolder, WalkError> {
    measure_watched(folder, keep, &|_| {})
}

#[cfg(unix)]
pub(super) fn measure_watched(folder: &Path, keep: Keep, watch: Watch<'_>) -> Result<MeasuredFolder, WalkError> {
    let unopened = |source| WalkError::Root { path: system::shown_path(folder), source };
    let root = folder.canonicalize().map_err(unopened)?;
    let status = system::status_at(&root).map_err(unopened)?;
    if status.kind != system::Kind::Folder {
        return Err(WalkError::NotAFolder { path: system::shown_path(folder) });
    }
    let opened = system::Folder::open(&root).map_err(unopened)?;
    let first = FirstPass::new(keep, watch);
    let listed = first.read_folder(&opened, &status, "", 0)?;
    watch(Moment::BetweenPasses);
    second_pass::compare(&root, &listed)?;
    let holds_records = listed.holds_records();
    let mut files: Vec<(MeasuredFile, Option<Vec<u8>>)> = Vec::new();
    let mut instructions = None;
    listed.take_files(&mut files, &mut instructions);
    files.sort_by(|left, right| left.0.path.cmp(&right.0.path));
    let (files, contents): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let contents = contents.into_iter().flatten().collect();
    Ok(MeasuredFolder { manifest: Manifest::of_walk(files)?, instructions, contents, holds_records })
}

#[cfg(not(unix))]
pub(super) fn measure_watched(_: &Path, _: Keep, _: Watch<'_>) -> Result<MeasuredFolder, WalkError> {
    Err(WalkError::Unsupported)
}

impl MeasuredFolder {
    /// Returns the SHA-256 of the SKILL.md at the root, by its exact name or else in any case,
    /// as hash recipes find it: clients read such a file, so that an index is asked about it.
    pub fn content_hash(&self) -> Option<Sha256Digest> {
        let files = || self.manifest.files().iter();
        let exact = files().find(|file| file.path.as_str() == "SKILL.md");
        let found = exact.or_else(|| files().find(|file| file.path.as_str().eq_ignore_ascii_case("SKILL.md")));
        found.map(|file| file.sha256)
    }

    /// Returns each file with its bytes, in byte order of the paths; nothing unless it was
    /// measured with [`Keep::Contents`].
    pub fn contents(&self) -> impl Iterator<Item = (&MeasuredFile, &[u8])> {
        self.manifest.files().iter().zip(self.contents.iter().map(Vec::as_slice))
    }

    /// Tells whether `.sigildex` lies anywhere in it: root digest v1 leaves it out, other digests
    /// are made with the files in it.
    pub fn holds_records(&self) -> bool {
        self.holds_records
    }

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
