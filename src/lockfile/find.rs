//! Finds the lockfiles of a project and of a user, and reads them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Lockfile, Recorded, RecordedDigest};
use super::error::LockfileError;
use super::kind::{LockfileKind, Scope};
use super::name::{PlacePath, SkillName};
use super::place::{InstalledFolder, Place, PlaceError, Root};
use super::position::Positions;
use super::{clawhub_origin, disk, folders, github, limits, parse};
use crate::recipe::HashRecipe;
use crate::skill::{body_start, sanitise_line};

/// The folders below which lockfiles are looked for.
#[derive(Debug, Clone)]
pub struct Roots {
    project: Root,
    home: Home,
}

/// Where the home folder is, where its lockfiles are wanted.
#[derive(Debug, Clone)]
enum Home {
    /// They are not, or there is no such folder.
    Absent,
    At(Root),
    /// It is there and cannot be looked at.
    Unreadable(io::ErrorKind),
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
    /// What was read of it; nothing where that failed.
    bytes: Vec<u8>,
}

impl FoundLockfile {
    /// Finds out where in the file its keys stand.
    pub fn positions(&self) -> Positions {
        Positions::of(self.kind, &self.bytes)
    }

    fn unreadable(shown: String, kind: LockfileKind, error: io::Error) -> Self {
        Self { shown, scope: kind.scope(), kind, content: Err(error.into()), bytes: Vec::new() }
    }
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
    /// Fails where the project is not there. A home folder that is not there holds nothing; one
    /// that cannot be looked at holds a lockfile that cannot be read.
    pub fn new(project: &Path, home: Option<&Path>) -> io::Result<Self> {
        let home = match home.map(Root::home) {
            None => Home::Absent,
            Some(Ok(root)) => Home::At(root),
            Some(Err(error)) if disk::is_absent(&error) => Home::Absent,
            Some(Err(error)) => Home::Unreadable(error.kind()),
        };
        Ok(Self { project: Root::project(project)?, home })
    }

    /// Returns the root of a scope.
    pub fn root(&self, scope: Scope) -> Option<&Root> {
        match scope {
            Scope::Project => Some(&self.project),
            Scope::Home => match &self.home {
                Home::At(root) => Some(root),
                Home::Absent | Home::Unreadable(_) => None,
            },
        }
    }
}

/// Finds the lockfiles below the roots, in the order of [`LockfileKind::ALL`].
pub fn find(roots: &Roots) -> Found {
    let mut found = Vec::new();
    for kind in LockfileKind::ALL {
        let Some(root) = roots.root(kind.scope()) else {
            if let Home::Unreadable(error) = roots.home {
                let shown = kind.paths().first().map(|path| format!("~/{path}")).unwrap_or_default();
                found.push(FoundLockfile::unreadable(shown, kind, io::Error::from(error)));
            }
            continue;
        };
        if kind == LockfileKind::GitHub {
            found.extend(written_by_gh(root));
        } else if let Some((path, real_path)) = locate(root, kind) {
            let shown = root.shown(path);
            found.push(match real_path.and_then(|path| read_bytes(&path)) {
                Ok(bytes) => {
                    FoundLockfile { shown, scope: kind.scope(), kind, content: read_lockfile(kind, &bytes), bytes }
                }
                Err(error) => FoundLockfile::unreadable(shown, kind, error),
            });
        }
    }
    found.extend(users_own(roots));
    found
}

/// Returns the `touchmark.lock` of the user, which holds what is installed below the home
/// folder, unless that is the project.
fn users_own(roots: &Roots) -> Option<FoundLockfile> {
    let home = roots.root(Scope::Home).filter(|home| home.path() != roots.project.path())?;
    let kind = LockfileKind::Touchmark;
    let (path, real_path) = locate(home, kind)?;
    let (shown, scope) = (home.shown(path), Scope::Home);
    Some(match real_path.and_then(|path| read_bytes(&path)) {
        Ok(bytes) => FoundLockfile { shown, scope, kind, content: read_lockfile(kind, &bytes), bytes },
        Err(error) => FoundLockfile { scope, ..FoundLockfile::unreadable(shown, kind, error) },
    })
}

/// Reads the lockfile of a format below a root; nothing where there is none.
///
/// # Errors
/// Fails where it is there and cannot be read, or is none.
pub fn read_lockfile_of(root: &Root, kind: LockfileKind) -> Result<Option<Lockfile>, FoundError> {
    match locate(root, kind) {
        None => Ok(None),
        Some((_, real_path)) => read_lockfile(kind, &read_bytes(&real_path?)?).map(Some),
    }
}

/// Returns the first of the places of a format at which something is, and where that really
/// is, or why it cannot be told.
fn locate(root: &Root, kind: LockfileKind) -> Option<(&'static str, io::Result<PathBuf>)> {
    kind.paths().iter().find_map(|path| disk::real_path(root.path(), path).transpose().map(|found| (*path, found)))
}

/// Reads a file, and one byte more than a lockfile may have where it has more.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let read = disk::read_head(path, limits::FILE_BYTES + 1)?;
    read.map(|(bytes, _)| bytes).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

fn read_lockfile(kind: LockfileKind, bytes: &[u8]) -> Result<Lockfile, FoundError> {
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(LockfileError::of_file(format!("has more than {} bytes", limits::FILE_BYTES)).into());
    }
    Ok(parse(kind, bytes)?)
}

/// Returns an entry for each installed skill whose SKILL.md holds the keys of `gh`, and one for
/// everything of which it cannot be told.
fn written_by_gh(root: &Root) -> Vec<FoundLockfile> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    for installed in installed(root) {
        let (place, folder) = match installed {
            Ok(installed) => installed,
            Err(unreadable) => {
                found.push(unreadable);
                continue;
            }
        };
        // A skill that several agents share by links is one skill.
        if !seen.insert(folder.real_path.clone()) {
            continue;
        }
        let shown = format!("{}/SKILL.md", folder.shown);
        let kind = LockfileKind::GitHub;
        found.push(match entry_of_gh(place, &folder) {
            Ok(None) => continue,
            Ok(Some((entry, bytes))) => {
                let content = Ok(Lockfile { kind, entries: vec![entry], notices: Vec::new() });
                FoundLockfile { shown, scope: Scope::Project, kind, content, bytes }
            }
            Err(error) => FoundLockfile::unreadable(shown, kind, error),
        });
    }
    found
}

/// An entry of `gh`, and the head of the SKILL.md in which it stands.
type EntryOfGh = (Result<Entry, LockfileError>, Vec<u8>);

fn entry_of_gh(place: PlacePath, folder: &InstalledFolder) -> io::Result<Option<EntryOfGh>> {
    let Some(path) = disk::real_path(&folder.real_path, "SKILL.md")? else { return Ok(None) };
    let Some((mut bytes, _)) = disk::read_head(&path, limits::FRONTMATTER_BYTES)? else { return Ok(None) };
    let entry = match SkillName::parse(place.file_name(), "name") {
        Ok(name) => github::entry(&bytes, name, place),
        Err(error) => Some(Err(error)),
    };
    // The block is all that is looked at again, and there may be many skills.
    let block_end = body_start(&String::from_utf8_lossy(&bytes));
    bytes.truncate(block_end);
    Ok(entry.map(|entry| (entry, bytes)))
}

/// Lists the folders in which agents look for skills; one that cannot be looked at is an error.
fn installed(root: &Root) -> Vec<Result<(PlacePath, InstalledFolder), FoundLockfile>> {
    let mut skills = Vec::new();
    let unreadable =
        |shown: String, error: io::Error| Err(FoundLockfile::unreadable(shown, LockfileKind::GitHub, error));
    let look_at = |path: &str| match PlacePath::parse(path, "") {
        Ok(place) => match root.look_at(&place) {
            Ok(Place::Absent) => Ok(None),
            Ok(Place::Folder(folder)) => Ok(Some((place, folder))),
            Err(PlaceError::Unreadable { source, .. }) => Err(source),
            Err(PlaceError::Outside { .. }) => Err(io::Error::other(disk::LEADS_OUT)),
        },
        Err(error) => Err(io::Error::other(format!("its path {}", error.reason()))),
    };
    for folder in folders::PROJECT {
        let names = match look_at(folder).and_then(|found| match found {
            None => Ok(Vec::new()),
            Some((_, found)) => fs::read_dir(found.real_path)?
                .take(limits::INSTALLED + 1)
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<io::Result<Vec<_>>>(),
        }) {
            Ok(names) => names,
            Err(error) => {
                skills.push(unreadable(folder.to_owned(), error));
                continue;
            }
        };
        if names.len() > limits::INSTALLED {
            let reason = format!("it holds more than {} entries", limits::INSTALLED);
            skills.push(unreadable(folder.to_owned(), io::Error::other(reason)));
            continue;
        }
        if names.iter().any(|name| name.to_str().is_none()) {
            skills.push(unreadable(folder.to_owned(), io::Error::other("a name in it is not UTF-8")));
        }
        let mut paths: Vec<String> =
            names.iter().filter_map(|name| name.to_str()).map(|name| format!("{folder}/{name}")).collect();
        paths.sort_unstable();
        for path in paths {
            match look_at(&path) {
                Ok(None) => {}
                Ok(Some(found)) => skills.push(Ok(found)),
                Err(error) => skills.push(unreadable(path, error)),
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
            let Some(path) = disk::real_path(&folder.real_path, origin)? else { continue };
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
