//! All files of one commit of a repository, for whoever compares them with something else.

use crate::skill::RawBundle;

use super::error::{shown, shown_path};
use super::git::{commit_tree, open_repository};
use super::git_fetch::fetch;
use super::git_tree::read_tree;
use super::{GitLocation, GitSpec, ReadBounds, SourceError};

/// The files of one commit.
#[derive(Debug)]
pub struct CommitFiles {
    /// The id of the commit.
    pub commit: String,
    /// Its files within the limits of a bundle, and what was left out.
    pub files: RawBundle,
}

/// Fetches the commit that a source names, without history, and reads all its files. It blocks.
///
/// # Errors
/// Fails where the repository cannot be had within the bounds, or has no such branch, tag or commit.
pub fn read_commit(spec: &GitSpec, bounds: &ReadBounds) -> Result<CommitFiles, SourceError> {
    let (repository, _clone, name) = match &spec.location {
        GitLocation::OnDisk(path) => (open_repository(path)?, None, shown_path(path)),
        GitLocation::Remote(url) => {
            let clone = fetch(url, spec.reference.as_deref(), bounds, None)?;
            (open_repository(clone.path())?, Some(clone), shown(url))
        }
    };
    let reference = spec.reference.as_deref();
    let (commit, tree) = commit_tree(&repository, &name, reference)?.ok_or_else(|| SourceError::NoSuchReference {
        repository: name.clone(),
        reference: shown(reference.unwrap_or("HEAD")),
    })?;
    Ok(CommitFiles { commit: commit.to_string(), files: read_tree(&repository, tree) })
}
