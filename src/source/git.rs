//! Skills in one commit of a git repository, read from its objects and never from a work tree.

use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use tempfile::TempDir;

use crate::skill::{Registry, SkillSource, SourceIdentity, Timestamp};

use super::error::{shown, shown_path};
use super::git_fetch::fetch;
use super::git_search::find_skills;
use super::git_tree::{SkillFolder, load_blob, read_bundle};
use super::plugin;
use super::{FoundSkill, GitLocation, GitSpec, ReadBounds, SkillStream, SourceError, SourceFailure, SourceItem};

/// Bytes of one object that git may load: above what hosts accept as one file, because a
/// fetch that meets a larger one fails as a whole.
pub(super) const OBJECT_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of decoded objects that are kept for the objects that build on them.
const OBJECT_CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The skills of one commit.
pub(super) struct GitStream {
    repository: gix::Repository,
    location: GitLocation,
    revision: Option<Revision>,
    found: std::vec::IntoIter<SkillFolder>,
    failures: std::vec::IntoIter<SourceFailure>,
    skill_count: u64,
    total: u64,
    /// Holds a fetched repository for as long as it is read.
    _clone: Option<TempDir>,
}

/// The commit that is read.
struct Revision {
    commit: ObjectId,
    tree: ObjectId,
    /// The short name of a branch or tag.
    reference: Option<String>,
    committed_at: Option<Timestamp>,
}

impl GitStream {
    pub(super) fn open(spec: &GitSpec, bounds: &ReadBounds, scratch: Option<&Path>) -> Result<Self, SourceError> {
        let (mut repository, clone, name) = match &spec.location {
            GitLocation::OnDisk(path) => (open_repository(path)?, None, shown_path(path)),
            GitLocation::Remote(url) => {
                let clone = fetch(url, spec.reference.as_deref(), bounds, scratch)?;
                let repository = open_repository(clone.path())?;
                (repository, Some(clone), shown(url))
            }
        };
        repository.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        let revision = resolve(&repository, &name, spec.reference.as_deref())?;
        let (found, failures) = match &revision {
            Some(revision) => {
                let path = spec.path.as_deref().unwrap_or_default();
                let tree = folder_tree(&repository, revision.tree, path)
                    .ok_or_else(|| SourceError::NoSuchFolder { repository: name.clone(), path: shown(path) })?;
                find_skills(&repository, path, tree, bounds).map_err(|(what, limit)| SourceError::TooMany {
                    repository: name,
                    what,
                    limit,
                })?
            }
            // A repository without a commit is empty, which is no error.
            None => (Vec::new(), Vec::new()),
        };
        let total = found.len() as u64;
        let (found, failures) = (found.into_iter(), failures.into_iter());
        Ok(Self {
            repository,
            location: spec.location.clone(),
            revision,
            found,
            failures,
            skill_count: 0,
            total,
            _clone: clone,
        })
    }

    fn read(&self, folder: &SkillFolder) -> Result<FoundSkill, String> {
        let bundle = read_bundle(&self.repository, folder)?;
        let identity = match &self.location {
            GitLocation::OnDisk(path) => SourceIdentity::git_on_disk(&path.to_string_lossy(), &folder.path),
            GitLocation::Remote(url) => {
                SourceIdentity::of_clone_url(url, &folder.path).map_err(|error| error.to_string())?
            }
        };
        let registry = if identity.host() == "github.com" { Registry::Github } else { Registry::Git };
        let folder_name = Some(identity.folder_name().to_owned());
        let mut source = SkillSource::new(identity, registry);
        source.file_name.clone_from(&folder.file_name);
        if let Some(revision) = &self.revision {
            source.reference.clone_from(&revision.reference);
            source.commit_sha = Some(revision.commit.to_string());
            source.committed_at = revision.committed_at;
            source.license = plugin_license(&self.repository, revision.tree, &folder.path);
        }
        Ok(FoundSkill { source, bundle, folder_name })
    }
}

impl Iterator for GitStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        let Some(folder) = self.found.next() else {
            return self.failures.next().map(SourceItem::Failure);
        };
        self.skill_count += 1;
        Some(match self.read(&folder) {
            Ok(skill) => SourceItem::Skill(Box::new(skill)),
            Err(reason) => SourceItem::Failure(SourceFailure::new(&folder.instructions(), reason)),
        })
    }
}

impl SkillStream for GitStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.skill_count, Some(self.total))
    }
}

/// Options under which neither the user's nor the machine's git configuration, nor the
/// environment, nor a helper program takes part, and no object is larger than the limit.
pub(super) fn open_options() -> gix::open::Options {
    gix::open::Options::isolated().config_overrides([
        format!("gitoxide.objects.allocLimit={OBJECT_BYTES}"),
        "gitoxide.credentials.terminalPrompt=false".to_owned(),
    ])
}

/// Returns the commit that a repository on this machine shows under the reference; `None` where
/// it has no commit at all.
pub(super) fn commit_on_disk(path: &Path, reference: Option<&str>) -> Result<Option<String>, SourceError> {
    let revision = resolve(&open_repository(path)?, &shown_path(path), reference)?;
    Ok(revision.map(|revision| revision.commit.to_string()))
}

pub(super) fn open_repository(path: &Path) -> Result<gix::Repository, SourceError> {
    gix::open_opts(path, open_options())
        .map_err(|error| SourceError::NotARepository { path: shown_path(path), reason: shown(&error.to_string()) })
}

/// Returns the commit that a reference means, with its tree; `None` as [`resolve`].
pub(super) fn commit_tree(
    repository: &gix::Repository,
    name: &str,
    reference: Option<&str>,
) -> Result<Option<(ObjectId, ObjectId)>, SourceError> {
    Ok(resolve(repository, name, reference)?.map(|revision| (revision.commit, revision.tree)))
}

/// Finds the commit that a reference means; `None` where the repository has no commit at all.
fn resolve(repository: &gix::Repository, name: &str, reference: Option<&str>) -> Result<Option<Revision>, SourceError> {
    let unreadable =
        |error: gix::Error| SourceError::NotARepository { path: name.to_owned(), reason: shown(&error.to_string()) };
    let Some(asked) = reference else {
        let head = repository.head().map_err(unreadable)?;
        if head.is_unborn() {
            return Ok(None);
        }
        let branch = head.referent_name().map(|name| name.shorten().to_str_lossy().into_owned());
        let id = repository.head_id().map_err(unreadable)?.detach();
        return revision(repository, id, branch).map(Some).map_err(unreadable);
    };
    let missing = || SourceError::NoSuchReference { repository: name.to_owned(), reference: shown(asked) };
    let (id, reference) = find_reference(repository, asked).ok_or_else(missing)?;
    revision(repository, id, reference).map(Some).map_err(unreadable)
}

/// Looks for a branch or tag, then for a branch of the remote `origin`, then for a commit.
fn find_reference(repository: &gix::Repository, asked: &str) -> Option<(ObjectId, Option<String>)> {
    let origin = format!("origin/{asked}");
    for name in [asked, origin.as_str()] {
        if let Ok(Some(mut found)) = repository.try_find_reference(name) {
            let short = found.name().shorten().to_str_lossy().into_owned();
            let short = if name == asked { short } else { asked.to_owned() };
            return Some((found.peel_to_id().ok()?.detach(), Some(short)));
        }
    }
    let is_commit_id = (7..=64).contains(&asked.len()) && asked.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = is_commit_id.then(|| repository.rev_parse_single(asked.as_bytes().as_bstr()).ok())??;
    Some((id.detach(), None))
}

fn revision(repository: &gix::Repository, id: ObjectId, reference: Option<String>) -> Result<Revision, gix::Error> {
    let commit = repository.find_object(id)?.peel_to_commit()?;
    let committed_at = commit.time().ok().map(|time| Timestamp::from_milliseconds(time.seconds.saturating_mul(1_000)));
    Ok(Revision { commit: commit.id, tree: commit.tree_id()?.detach(), reference, committed_at })
}

/// Returns the licence that the plugin of a skill names, where the skill is in one.
fn plugin_license(repository: &gix::Repository, root: ObjectId, skill_folder: &str) -> Option<String> {
    let tree = folder_tree(repository, root, plugin::root_of(skill_folder)?)?;
    let tree = repository.find_tree(tree).ok()?;
    let manifest = plugin::MANIFESTS.iter().find_map(|path| {
        let entry = tree.lookup_entry(path.split('/')).ok()??;
        entry.mode().is_blob().then(|| entry.object_id())
    })?;
    plugin::license_of(&load_blob(repository, manifest, plugin::MANIFEST_BYTES).ok()?)
}

/// Follows a path of folders from the root of the commit.
fn folder_tree(repository: &gix::Repository, root: ObjectId, path: &str) -> Option<ObjectId> {
    if path.is_empty() {
        return Some(root);
    }
    let entry = repository.find_tree(root).ok()?.lookup_entry(path.split('/')).ok()??;
    entry.mode().is_tree().then(|| entry.object_id())
}
