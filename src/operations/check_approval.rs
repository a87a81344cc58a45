//! Tells whether what is there is still what was approved.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::approval::{
    ApprovalRecord, Drift, RecordError, RecordFileError, WalkError, find_records, measure, read_record, record_id,
};
use crate::skill::Sha256Digest;

/// A folder that was compared with a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The record.
    pub record: ApprovalRecord,
    /// What moved; nothing where the folder is what was approved.
    pub drift: Option<Drift>,
    /// The SHA-256 of the SKILL.md that is there.
    pub content_hash: Option<Sha256Digest>,
}

/// Why there is no verdict. It is never a match.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no record that can be used.
    #[error(transparent)]
    Record(#[from] RecordFileError),
    /// The folder could not be measured.
    #[error(transparent)]
    Walk(#[from] WalkError),
}

impl CheckError {
    /// Tells whether a record was read and is none, rather than that something could not be
    /// read.
    pub fn is_invalid_record(&self) -> bool {
        matches!(self, Self::Record(RecordFileError::Invalid { .. }))
    }
}

/// Compares a folder with a record: reads the record, validates it, measures the folder, and
/// compares, in this order.
///
/// # Errors
/// Fails at the first step that fails; there is no verdict then.
pub fn check_approval(folder: &Path, record: &Path) -> Result<Checked, CheckError> {
    compare(read_record(record)?, folder)
}

/// A record of a project, and what became of it.
#[derive(Debug)]
pub struct RecordCheck {
    /// The file of the record, below the project's folder.
    pub path: PathBuf,
    /// The verdict, or why there is none.
    pub result: Result<Checked, CheckError>,
}

/// Compares every folder that a project has a record of, in the order of the records' paths;
/// those of one folder only where it is named.
///
/// # Errors
/// Fails where the project's records cannot be listed.
pub fn check_records(project: &Path, folder: Option<&Path>) -> Result<Vec<RecordCheck>, CheckError> {
    let records = find_records(project)?;
    let wanted = folder.map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()));
    let check = |path: PathBuf| {
        let result = check_stored(project, &path, wanted.as_deref()).transpose()?;
        let path = path.strip_prefix(project).map(Path::to_owned).unwrap_or(path);
        Some(RecordCheck { path, result })
    };
    // A single folder is hashed on all cores, several are hashed beside each other.
    Ok(match records.len() {
        0 | 1 => records.into_iter().filter_map(check).collect(),
        _ => records.into_par_iter().filter_map(check).collect(),
    })
}

/// Checks one record of a store, unless it is about another folder than the wanted one.
fn check_stored(project: &Path, path: &Path, wanted: Option<&Path>) -> Result<Option<Checked>, CheckError> {
    let record = read_record(path)?;
    let folder = project.join(record.artifact_path().as_str());
    if wanted.is_some_and(|wanted| folder.canonicalize().ok().as_deref() != Some(wanted)) {
        return Ok(None);
    }
    // In a store a record is found by its name; one under another name would stand in for it.
    if record_id(path) != Some(record.approval_id().as_str()) {
        let source = RecordError::FileName { approval_id: record.approval_id().to_string() };
        return Err(RecordFileError::Invalid { path: path.display().to_string(), source }.into());
    }
    compare(record, &folder).map(Some)
}

fn compare(record: ApprovalRecord, folder: &Path) -> Result<Checked, CheckError> {
    let measured = measure(folder)?;
    let drift = Drift::between(&record, &measured);
    let content_hash = measured.content_hash();
    Ok(Checked { record, drift, content_hash })
}
