//! What somebody holds: the skill in a folder of theirs, hashed where it is.

use std::path::{Path, PathBuf};

use super::paint::line;
use crate::api::ScanResponse;
use crate::approval::measure_skill;
use crate::operations::scan_folder;
use crate::recipe::{HashRecipe, RecipeDigest};
use crate::scan::Ruleset;

/// A skill that somebody holds.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The digest of its SKILL.md.
    pub content_hash: String,
    /// The digest of all of its files, where it is held as a folder and all could be read.
    pub package_hash: Option<String>,
    /// What it is but for line ends, execute bits and what installers write into SKILL.md:
    /// the digests to ask for where the bytes are not the indexed ones.
    pub normalised: Vec<RecipeDigest>,
}

/// Why what is held cannot be hashed.
#[derive(Debug, thiserror::Error)]
pub(super) enum HeldError {
    /// The path cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// What failed.
        reason: String,
    },
    /// The folder cannot be compared file by file.
    #[error("cannot compare `{path}`: {reason}; look at it with `touchmark scan`")]
    Unmeasured {
        /// The folder.
        path: String,
        /// What stands in the way.
        reason: String,
    },
    /// The folder is no skill.
    #[error("there is no SKILL.md in `{path}`; name the folder of one skill, or its SKILL.md")]
    NoSkill {
        /// The folder.
        path: String,
    },
}

impl Held {
    /// Hashes the skill at `path`: a SKILL.md, or the folder that holds one.
    ///
    /// # Errors
    /// Fails where there is no skill that can be read.
    pub fn read(path: &Path) -> Result<Self, HeldError> {
        let is_folder = std::fs::metadata(path).map_err(|error| unreadable(path, error))?.is_dir();
        if is_folder && !holds_skill(path)? {
            return Err(HeldError::NoSkill { path: shown(path) });
        }
        let mut result = None;
        // A folder with a SKILL.md is one skill, and what could not be read comes before it.
        scan_folder(path, Ruleset::builtin(), |scanned| match (scanned, &result) {
            (Ok(scan), None | Some(Err(_))) => result = Some(Ok((scan.response(), scan.recipe_digests()))),
            (Err(failure), None) => result = Some(Err(failure)),
            _ => {}
        });
        match result {
            Some(Ok((scan, digests))) => {
                // What is loaded is the folder with its links, which no digest of files knows.
                let root_digest = if is_folder { Some(measured(path)?) } else { None };
                Ok(Self::of(&scan, digests, root_digest))
            }
            Some(Err(failure)) => {
                Err(HeldError::Unreadable { path: line(&failure.path, 300), reason: line(&failure.reason, 300) })
            }
            None => Err(HeldError::NoSkill { path: shown(path) }),
        }
    }

    fn of(scan: &ScanResponse, digests: Vec<RecipeDigest>, root_digest: Option<String>) -> Self {
        let package_hash = root_digest.filter(|_| scan.completeness.is_complete);
        let of = |wanted| digests.iter().copied().filter(move |digest: &RecipeDigest| digest.recipe == wanted);
        let whole = of(HashRecipe::RootDigestV1Lf).filter(|_| package_hash.is_some());
        Self {
            content_hash: scan.content_hash.clone(),
            normalised: whole.chain(of(HashRecipe::SkillMdCanonical)).collect(),
            package_hash,
        }
    }
}

/// Measures a folder as an approval does: a link, a name that cannot be recorded or a file that
/// changes meanwhile is an error, and never a digest.
fn measured(folder: &Path) -> Result<String, HeldError> {
    let measured = measure_skill(folder)
        .map_err(|error| HeldError::Unmeasured { path: shown(folder), reason: line(&error.to_string(), 500) })?;
    Ok(measured.manifest.root_digest().to_string())
}

/// Looks before anything is read: a folder of skills may be a whole disk.
fn holds_skill(folder: &Path) -> Result<bool, HeldError> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    Ok(entries.filter_map(Result::ok).any(|entry| entry.file_name().eq_ignore_ascii_case("SKILL.md")))
}

fn unreadable(path: &Path, error: impl std::fmt::Display) -> HeldError {
    HeldError::Unreadable { path: shown(path), reason: error.to_string() }
}

fn shown(path: &Path) -> String {
    line(&PathBuf::from(path).display().to_string(), 300)
}
