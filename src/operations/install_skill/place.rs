//! Puts a planned skill in its place, and pins it.

use std::path::PathBuf;

use super::{InstallError, InstallPlan, InstallStanding};
use crate::approval::{measure, measure_skill};
use crate::lockfile::write_pin;
use crate::placement::{FilesToPlace, PlacementError, Replaced, SkillsFolder, Successor};
use crate::skill::Sha256Digest;

/// What an installation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Whether files were written.
    pub is_placed: bool,
    /// Whether the lockfile is another than before.
    pub is_pinned_anew: bool,
    /// Where what was edited is kept.
    pub kept: Option<PathBuf>,
}

/// Does what was planned. Nothing of the skill runs, before or after.
///
/// # Errors
/// Fails where files cannot be written, are not what was planned once they are, or something
/// else stands there by now than was looked at. What was there before is there then. Where the
/// pin alone fails, the skill is in place and the error says so.
pub fn install_skill(plan: &InstallPlan) -> Result<Installed, InstallError> {
    let replaced = match &plan.standing {
        InstallStanding::Unchanged { .. } => None,
        InstallStanding::New => Some(place(plan, Successor::OfNothing, None)?),
        InstallStanding::Outdated { root_digest, .. } => Some(place(plan, Successor::OfFolder, Some(*root_digest))?),
        InstallStanding::Edited { .. } => Some(place(plan, Successor::OfKeptFolder, None)?),
    };
    let (_, is_pinned_anew) = write_pin(plan.root.path(), &plan.pinned).map_err(|source| match replaced {
        Some(_) => InstallError::NotPinned { folder: plan.folder.clone(), source },
        None => InstallError::Pin(source),
    })?;
    let kept = match &replaced {
        Some(Replaced::Kept(path)) => Some(path.clone()),
        _ => None,
    };
    Ok(Installed { is_placed: replaced.is_some(), is_pinned_anew, kept })
}

/// Writes the files beside their place, measures them there, and lets them take it. `old` is
/// the root digest of what they may replace; whatever is kept aside may be anything.
fn place(plan: &InstallPlan, successor: Successor, old: Option<Sha256Digest>) -> Result<Replaced, InstallError> {
    let skills = SkillsFolder::open(plan.root.path(), plan.place.folder, plan.prefix)?;
    let files = FilesToPlace::of(&plan.scanned.bundle)?;
    let staged = skills.stage(&plan.name, &files)?;
    let written = measure_skill(&staged.path())?.manifest.root_digest();
    if written != plan.pinned.root_digest {
        // A mask that takes execute bits away, or a file system that has none.
        let path = plan.folder.clone();
        let reason = "what was written is not what was fetched; does this file system keep execute bits?".to_owned();
        return Err(PlacementError::File { path, reason }.into());
    }
    let is_expected = |path: &std::path::Path| match old {
        None => true,
        Some(old) => measure(path).is_ok_and(|measured| measured.manifest.root_digest() == old),
    };
    Ok(staged.place(successor, is_expected)?)
}
