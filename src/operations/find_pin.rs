//! Finds what a project's `touchmark.lock` pins under a name.

use std::io;
use std::path::{Path, PathBuf};

use super::HeldPin;
use crate::lockfile::{
    Entry, FoundError, InstalledFolder, LockfileKind, Place, PlaceError, Recorded, Root, read_lockfile_of,
};
use crate::recipe::HashRecipe;
use crate::skill::{Sha256Digest, sanitise_line};

/// A skill that is pinned, as the lockfile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPin {
    /// What was pinned.
    pub pin: HeldPin,
    /// The folder in which it is installed, where it is there.
    pub folder: Option<PathBuf>,
}

/// Why a pin cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FindPinError {
    /// The project cannot be opened.
    #[error("cannot open the project: {0}")]
    Project(#[source] io::Error),
    /// The lockfile is there and says nothing that can be used.
    #[error("cannot read the pin `{name}` in touchmark.lock: {source}")]
    Lockfile {
        /// The name, sanitised.
        name: String,
        /// What is wrong.
        source: FoundError,
    },
    /// Its folder leads out of the project.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

impl FindPinError {
    /// Tells whether the lockfile was read and is none, or the entry is none.
    pub fn is_invalid_lockfile(&self) -> bool {
        matches!(self, Self::Lockfile { source: FoundError::Invalid(_), .. })
    }
}

/// Finds the entry of `touchmark.lock` below `project` that is called `name`; nothing where
/// there is no file or no such entry.
///
/// # Errors
/// Fails where the file or the entry is there and cannot be read, or its folder leads out of
/// the project. Entries of other names may be broken.
pub fn find_pin(project: &Path, name: &str) -> Result<Option<FoundPin>, FindPinError> {
    let root = Root::project(project).map_err(FindPinError::Project)?;
    let failed = |source| FindPinError::Lockfile { name: sanitise_line(name, 100), source };
    let Some(lockfile) = read_lockfile_of(&root, LockfileKind::Touchmark).map_err(failed)? else { return Ok(None) };
    let mut entries = lockfile.entries.into_iter().filter(|entry| match entry {
        Ok(entry) => entry.name.as_str() == name,
        // The key of what is wrong begins with the path of its entry.
        Err(error) => {
            let key = format!("skills.{}", sanitise_line(name, 300));
            error.key().strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
    });
    let Some(entry) = entries.next() else { return Ok(None) };
    let entry = entry.map_err(|error| failed(error.into()))?;
    let folder = installed(&root, &entry)?.map(|folder| folder.real_path);
    Ok(Some(FoundPin { pin: held(&entry), folder }))
}

/// Returns where an entry is installed.
fn installed(root: &Root, entry: &Entry) -> Result<Option<InstalledFolder>, PlaceError> {
    for place in &entry.places {
        if let Place::Folder(folder) = root.look_at(place)? {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

fn held(entry: &Entry) -> HeldPin {
    HeldPin {
        skill_id: entry.origin.pinned.as_ref().map(|pinned| pinned.skill_id),
        source_url: entry.origin.source_url.clone(),
        content_hash: recorded(entry, HashRecipe::SkillMd),
        package_hash: recorded(entry, HashRecipe::RootDigestV1),
        commit_sha: entry.origin.commit.clone(),
        verdict: entry.origin.pinned.as_ref().map(|pinned| pinned.status),
        ..HeldPin::default()
    }
}

/// Returns the digest that an entry records by a recipe.
pub(super) fn recorded(entry: &Entry, recipe: HashRecipe) -> Option<Sha256Digest> {
    let Recorded::Folder(digests) = &entry.recorded else { return None };
    digests.iter().find(|digest| digest.recipe == recipe)?.digest.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

    fn entry(path: &str) -> String {
        let digest = Sha256Digest::of(b"x");
        format!(
            r#"{{"path":"{path}","root_digest":"{digest}","pin":{{"skill_id":"{ID}","source_url":"https://example.com/a","content_hash":"{digest}","commit_sha":null,"verdict":"safe","audited_at":null}}}}"#
        )
    }

    #[test]
    fn a_pin_is_found_by_its_name_with_its_folder() {
        let project = tempfile::tempdir().expect("a folder");
        assert_eq!(find_pin(project.path(), "pdf").expect("no lockfile"), None);
        let text = format!(
            r#"{{"version":1,"skills":{{"pdf":{},"gone":{},"bad":{{"path":"x"}}}}}}"#,
            entry("skills/pdf"),
            entry("skills/gone")
        );
        fs::write(project.path().join("touchmark.lock"), text).expect("a file");
        fs::create_dir_all(project.path().join("skills/pdf")).expect("a folder");
        let found = find_pin(project.path(), "pdf").expect("read").expect("a pin");
        assert_eq!(found.folder, Some(project.path().canonicalize().expect("a path").join("skills/pdf")));
        let digest = Some(Sha256Digest::of(b"x"));
        assert_eq!((found.pin.content_hash, found.pin.package_hash), (digest, digest));
        assert_eq!(found.pin.skill_id.map(|id| id.to_string()).as_deref(), Some(ID));
        assert_eq!(find_pin(project.path(), "gone").expect("read").expect("a pin").folder, None);
        assert_eq!(find_pin(project.path(), "pd").expect("read"), None);
        assert!(find_pin(project.path(), "bad").is_err_and(|error| error.is_invalid_lockfile()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pin_whose_folder_leads_out_of_the_project_is_an_error() {
        let place = tempfile::tempdir().expect("a folder");
        let project = place.path().join("project");
        fs::create_dir_all(project.join("skills")).expect("a folder");
        fs::create_dir(place.path().join("outside")).expect("a folder");
        std::os::unix::fs::symlink(place.path().join("outside"), project.join("skills/pdf")).expect("a link");
        let text = format!(r#"{{"version":1,"skills":{{"pdf":{}}}}}"#, entry("skills/pdf"));
        fs::write(project.join("touchmark.lock"), text).expect("a file");
        assert!(matches!(find_pin(&project, "pdf"), Err(FindPinError::Place(PlaceError::Outside { .. }))));
    }
}
