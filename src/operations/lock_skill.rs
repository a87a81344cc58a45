//! Writes down exactly which bytes somebody approves.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::approval::{
    ApprovalId, ApprovalIdError, ApprovalRecord, ArtifactPath, DeclaredSource, RecordedPathError, STORES, WalkError,
    measure_skill, record_file_name, record_id, write_record,
};
use crate::skill::Timestamp;

/// What is approved, and where that is written down.
#[derive(Debug, Clone)]
pub struct LockRequest {
    /// The skill's folder.
    pub folder: PathBuf,
    /// The file of the record; by default the first store of the project, under the id.
    pub out: Option<PathBuf>,
    /// The id; by default what the file of the record is called, or the folder.
    pub approval_id: Option<String>,
    /// Where the folder lies in its project; by default as it does now.
    pub artifact_path: Option<String>,
    /// Where it is said to come from.
    pub declared_source: Option<DeclaredSource>,
}

/// A record that was written.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The record.
    pub record: ApprovalRecord,
    /// Its bytes, as its file holds them.
    pub json: String,
    /// Its file.
    pub path: PathBuf,
}

/// Why nothing was approved, and no file touched.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The folder could not be measured.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The name of the folder is no id.
    #[error("the folder's name is no approval id ({0}); choose one with --approval-id")]
    FolderName(ApprovalIdError),
    /// What was given is no id.
    #[error("`{text}`: {source}")]
    ApprovalId {
        /// What was given.
        text: String,
        /// What an id is.
        source: ApprovalIdError,
    },
    /// The record would not be found under its id.
    #[error("the record must be called `{expected}`, not `{path}`")]
    FileName {
        /// What was given.
        path: String,
        /// What it must be called.
        expected: String,
    },
    /// The record would be a part of what it is about.
    #[error("the record `{path}` would lie inside of the folder that it measures; write it beside, as in ../{name}")]
    Inside {
        /// The record.
        path: String,
        /// Its name.
        name: String,
    },
    /// The folder of the record is not there. None is made for a place that was named: it may
    /// have been mistyped.
    #[error("the folder of the approval record `{path}` does not exist; make it first")]
    NoFolder {
        /// The record.
        path: String,
    },
    /// The place of the folder in its project cannot be recorded.
    #[error("the path `{path}` {source}; say with --artifact-path where the folder lies in its project")]
    ArtifactPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: RecordedPathError,
    },
    /// The record cannot be written.
    #[error("cannot write the approval record `{path}`: {source}")]
    Write {
        /// The record.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The record is no JSON.
    #[error("cannot write the approval record as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Measures a skill and writes its record; everything that was asked for is checked before
/// anything is read. `project` is the folder that the command runs in.
///
/// # Errors
/// Fails where a choice is not allowed, the folder cannot be measured, or the record cannot be
/// written. A record that was there before is then as it was.
pub fn lock_skill(request: LockRequest, project: &Path, now: Timestamp) -> Result<Locked, LockError> {
    let id = approval_id(&request)?;
    let path = request.out.clone().unwrap_or_else(|| Path::new(STORES[0]).join(record_file_name(&id)));
    let place = project.join(&path);
    let artifact_path = artifact_path(&request, &place, project)?;
    refuse_inside(&request.folder, &path, &place)?;
    if request.out.is_some() && !place.parent().is_some_and(Path::is_dir) {
        return Err(LockError::NoFolder { path: path.display().to_string() });
    }
    let folder = measure_skill(&request.folder)?;
    let record = ApprovalRecord::new(id, artifact_path, folder, request.declared_source, now);
    let json = record.to_json()?;
    write(&place, &json, request.out.is_none())
        .map_err(|source| LockError::Write { path: path.display().to_string(), source })?;
    Ok(Locked { record, json, path })
}

/// Takes the id from the option, the name of the record, or the name of the folder.
fn approval_id(request: &LockRequest) -> Result<ApprovalId, LockError> {
    let parse = |text: &str| {
        ApprovalId::try_from(text).map_err(|source| LockError::ApprovalId { text: text.to_owned(), source })
    };
    let chosen = request.approval_id.as_deref().map(parse).transpose()?;
    if let Some(out) = &request.out {
        let named = record_id(out).and_then(|name| ApprovalId::try_from(name).ok());
        return match (chosen, named) {
            (None, Some(named)) => Ok(named),
            (Some(chosen), named) if named.as_ref() == Some(&chosen) => Ok(chosen),
            (chosen, _) => Err(LockError::FileName {
                path: out.display().to_string(),
                expected: chosen.map_or_else(|| "<approval-id>.lock.json".to_owned(), |id| record_file_name(&id)),
            }),
        };
    }
    match chosen {
        Some(chosen) => Ok(chosen),
        None => {
            let folder = request.folder.canonicalize().unwrap_or_else(|_| request.folder.clone());
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            ApprovalId::try_from(name).map_err(LockError::FolderName)
        }
    }
}

/// Says where the folder lies: below the project whose store takes the record, or below
/// the folder that the command runs in, or else by its name alone.
fn artifact_path(request: &LockRequest, place: &Path, project: &Path) -> Result<ArtifactPath, LockError> {
    let (text, shown) = match &request.artifact_path {
        Some(text) => (text.clone(), text.clone()),
        None => {
            let folder = without_detours(&project.join(&request.folder));
            let owner =
                STORES.iter().find_map(|store| place.parent()?.to_str()?.strip_suffix(store).map(PathBuf::from));
            let below = [owner.as_deref(), Some(project)]
                .into_iter()
                .flatten()
                .find_map(|base| folder.strip_prefix(without_detours(base)).ok().map(Path::to_owned))
                .unwrap_or_else(|| folder.file_name().map(PathBuf::from).unwrap_or_default());
            let shown = below.display().to_string();
            let text = below.to_str().map(str::to_owned).unwrap_or_else(|| shown.clone());
            (if text.is_empty() { ".".to_owned() } else { text }, shown)
        }
    };
    ArtifactPath::try_from(text.as_str()).map_err(|source| LockError::ArtifactPath { path: shown, source })
}

/// Returns a path without `.`, and without `..` where it has any, for which the disk is asked.
fn without_detours(path: &Path) -> PathBuf {
    if path.components().any(|part| part == Component::ParentDir) {
        return path.canonicalize().unwrap_or_else(|_| path.to_owned());
    }
    path.components().collect()
}

/// A record inside of what it measures would be a file of it, or would hide in a folder that
/// is left out.
fn refuse_inside(folder: &Path, path: &Path, place: &Path) -> Result<(), LockError> {
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    // The nearest folder that exists decides; those below it are not there yet.
    let existing = place.ancestors().skip(1).find_map(|ancestor| ancestor.canonicalize().ok());
    if existing.is_some_and(|existing| existing.starts_with(&folder)) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Err(LockError::Inside { path: path.display().to_string(), name });
    }
    Ok(())
}

/// Writes the record; only the usual store is made where it is not there.
fn write(place: &Path, json: &str, makes_store: bool) -> io::Result<()> {
    if let (true, Some(store)) = (makes_store, place.parent()) {
        std::fs::create_dir_all(store)?;
    }
    write_record(place, json)
}
