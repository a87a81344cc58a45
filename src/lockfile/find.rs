//! Finds the lockfiles of a project and of a user, and reads them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Lockfile, Recorded, RecordedDigest};
use super::error::LockfileError;
use super::kind::{LockfileKind, Scope};
use super::name::{PlacePath, SkillName};
use super::place::{InstalledFolder, Place, Root};
use super::{clawhub_origin, disk, folders, github, limits, parse};
use crate::recipe::HashRecipe;
use crate::skill::sanitise_line;

/// The folders below which lockfiles are looked for.
#[derive(Debug, Clone)]
pub struct Roots {
    project: Root,
    home: Option<Root>,
}

/// A lockfile that is there.
#[derive(Debug)]
pub struct FoundLockfile {
    /// How reports name it; author-controlled where it is a SKILL.md.
    pub shown: String,
    /// What the paths in it are below.
    pub scope: Scope,
    /// The format.
    pub kind: LockfileKind,
    /// What it says, or why it cannot be read.
    pub content: Result<Lockfile, FoundError>,
}

/// Why a lockfile that is there says nothing.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(#[from] io::Error),
    /// It was read, and is none that can be used.
    #[error(transparent)]
    Invalid(#[from] LockfileError),
}

/// Everything that was found.
pub type Found = Vec<FoundLockfile>;

impl Roots {
    /// Takes the folder of a project and, where lockfiles of the user are wanted, the home
    /// folder.
    ///
    /// # Errors
    /// Fails where the project is not there. A home folder that is not there holds nothing.
    pub fn new(project: &Path, home: Option<&Path>) -> io::Result<Self> {
        Ok(Self { project: Root::project(project)?, home: home.and_then(|home| Root::home(home).ok()) })
    }

    /// Returns the root of a scope.
    pub fn root(&self, scope: Scope) -> Option<&Root> {
        match scope {
            Scope::Project => Some(&self.project),
            Scope::Home => self.home.as_ref(),
        }
    }
}

/// Finds the lockfiles below the roots, in the order of [`LockfileKind::ALL`].
pub fn find(roots: &Roots) -> Found {
    let mut found = Vec::new();
    for kind in LockfileKind::ALL {
        let Some(root) = roots.root(kind.scope()) else { continue };
        if kind == LockfileKind::GitHub {
            found.extend(written_by_gh(root));
        } else if let Some(path) = kind.paths().iter().find(|path| fs::symlink_metadata(root.path().join(path)).is_ok())
        {
            let content = read_lockfile(kind, &root.path().join(path));
            found.push(FoundLockfile { shown: root.shown(path), scope: kind.scope(), kind, content });
        }
    }
    found.extend(users_own(roots));
    found
}

/// Returns the `touchmark.lock` of the user, which holds what is installed below the home
/// folder, unless that is the project.
fn users_own(roots: &Roots) -> Option<FoundLockfile> {
    let home = roots.home.as_ref().filter(|home| home.path() != roots.project.path())?;
    let kind = LockfileKind::Touchmark;
    let content = read_lockfile_of(home, kind).transpose()?;
    Some(FoundLockfile { shown: home.shown(kind.paths()[0]), scope: Scope::Home, kind, content })
}

/// Reads the lockfile of a format below a root; nothing where there is none.
///
/// # Errors
/// Fails where it is there and cannot be read, or is none.
pub fn read_lockfile_of(root: &Root, kind: LockfileKind) -> Result<Option<Lockfile>, FoundError> {
    match kind.paths().iter().map(|path| root.path().join(path)).find(|path| fs::symlink_metadata(path).is_ok()) {
        None => Ok(None),
        Some(path) => match disk::read(&path, limits::FILE_BYTES)? {
            Some(bytes) => Ok(Some(parse(kind, &bytes)?)),
            None => Err(io::Error::other("it is a link that leads nowhere").into()),
        },
    }
}

fn read_lockfile(kind: LockfileKind, path: &Path) -> Result<Lockfile, FoundError> {
    // A link that leads nowhere is a lockfile that cannot be read, rather than none.
    let (bytes, is_whole) =
        disk::read_head(path, limits::FILE_BYTES)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    if !is_whole {
        return Err(LockfileError::of_file(format!("has more than {} bytes", limits::FILE_BYTES)).into());
    }
    Ok(parse(kind, &bytes)?)
}

/// Returns an entry for each installed skill whose SKILL.md holds the keys of `gh`.
fn written_by_gh(root: &Root) -> Vec<FoundLockfile> {
    let mut found = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    for (place, folder) in installed(root) {
        // A skill that several agents share by links is one skill.
        if seen.contains(&folder.real_path) {
            continue;
        }
        seen.push(folder.real_path.clone());
        let Some(name) = SkillName::parse(place.file_name(), "").ok() else { continue };
        let path = folder.real_path.join("SKILL.md");
        let shown = format!("{}/SKILL.md", folder.shown);
        let Ok(Some((bytes, _))) = disk::read_head(&path, limits::FRONTMATTER_BYTES) else { continue };
        let Some(entry) = github::entry(&bytes, name, place) else { continue };
        let lockfile = Lockfile { kind: LockfileKind::GitHub, entries: vec![entry], notices: Vec::new() };
        found.push(FoundLockfile { shown, scope: Scope::Project, kind: LockfileKind::GitHub, content: Ok(lockfile) });
    }
    found
}

/// Lists the folders in which agents look for skills.
fn installed(root: &Root) -> Vec<(PlacePath, InstalledFolder)> {
    let mut skills = Vec::new();
    for folder in folders::PROJECT {
        let Ok(entries) = fs::read_dir(root.path().join(folder)) else { continue };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .take(limits::INSTALLED)
            .collect();
        names.sort_unstable();
        for name in names {
            let Ok(place) = PlacePath::parse(&format!("{folder}/{name}"), "") else { continue };
            if let Ok(Place::Folder(folder)) = root.look_at(&place) {
                skills.push((place, folder));
            }
        }
    }
    skills
}

impl Entry {
    /// Adds what an installed skill says of itself: the fingerprint that ClawHub leaves in it.
    ///
    /// # Errors
    /// Fails where that file is there and cannot be read.
    pub fn with_record_in(mut self, kind: LockfileKind, folder: &InstalledFolder) -> Result<Self, FoundError> {
        if kind != LockfileKind::ClawHub || !matches!(self.recorded, Recorded::Nothing(_)) {
            return Ok(self);
        }
        for origin in clawhub_origin::ORIGINS {
            let path = folder.real_path.join(origin);
            let Some(bytes) = disk::read(&path, limits::FRONTMATTER_BYTES)? else { continue };
            let shown = sanitise_line(&format!("{}/{origin}", folder.shown), 300);
            if let Some(digest) = clawhub_origin::fingerprint(&bytes, &shown)? {
                self.recorded = Recorded::Folder(vec![digest]);
            }
            break;
        }
        Ok(self)
    }
}

impl RecordedDigest {
    /// Tells whether the bytes of files are needed, rather than their digests and names.
    pub fn needs_contents(&self) -> bool {
        !matches!(self.recipe, HashRecipe::RootDigestV1 | HashRecipe::SkillMd | HashRecipe::ClawhubFingerprint)
    }
}
