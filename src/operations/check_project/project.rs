//! Goes through what a project holds, measures each folder once, and compares.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::bytes::{Compared, compare, of_files};
use super::report::{BytesStatus, FileChanges, ProjectReport, SkillCheck};
use super::verdict::question;
use crate::approval::{Keep, MeasuredFolder, WalkError, measure_keeping};
use crate::lockfile::{
    Entry, FoundError, FoundLockfile, InstalledFolder, LockfileError, LockfileKind, Place, PlaceError, Recorded, Root,
    Roots, find,
};
use crate::operations::check_approval::{CheckError, Checked, RecordCheck, check_records};
use crate::recipe::normalise_line_ends;
use crate::skill::{Sha256Digest, sanitise_line};

/// The format of approval records.
pub(super) const APPROVAL: &str = "approval";
/// Bytes of a single file that is compared on its own.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct ProjectRequest<'a> {
    /// The folder of the project; reports name what lies below it.
    pub project: &'a Path,
    /// The home folder, where the user's own lockfile is to be checked as well.
    pub home: Option<&'a Path>,
}

/// Why a project cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum ProjectCheckError {
    /// The folder of the project cannot be opened.
    #[error("cannot open the project: {0}")]
    Project(#[from] io::Error),
    /// Its approval records cannot be listed.
    #[error(transparent)]
    Records(#[from] CheckError),
}

/// A folder that is compared, and how it is named in the report.
struct Job<'a> {
    file: &'a FoundLockfile,
    entry: Entry,
    folder: InstalledFolder,
}

/// Measures everything that a project holds a record of, and compares.
///
/// # Errors
/// Fails where the project cannot be opened, or its approval records not be listed. What goes
/// wrong with one record or folder is a part of the report.
pub fn check_project(request: ProjectRequest<'_>) -> Result<ProjectReport, ProjectCheckError> {
    let roots = Roots::new(request.project, request.home)?;
    let found = find(&roots);
    let (records, lockfiles) = rayon::join(|| check_records(request.project, None), || check_lockfiles(&roots, &found));
    let mut report = lockfiles;
    let records = records?.into_iter().map(of_record);
    report.checks.splice(0..0, records);
    mark_covered(&mut report);
    Ok(report)
}

fn check_lockfiles(roots: &Roots, found: &[FoundLockfile]) -> ProjectReport {
    let mut report = ProjectReport::default();
    // Each check has its place in the report from the beginning, whichever is ready first.
    let mut checks: Vec<Option<SkillCheck>> = Vec::new();
    let mut jobs: Vec<(usize, Job<'_>)> = Vec::new();
    for file in found {
        let lockfile = match &file.content {
            Ok(lockfile) => lockfile,
            Err(error) => {
                checks.push(Some(failed_file(file, error)));
                continue;
            }
        };
        let shown = sanitise_line(&file.shown, 300);
        report.notices.extend(lockfile.notices.iter().map(|notice| format!("{shown}: {notice}")));
        let Some(root) = roots.root(file.scope) else { continue };
        for entry in &lockfile.entries {
            match entry {
                Err(error) => checks.push(Some(failed_entry(file, error))),
                Ok(entry) => plan(root, file, entry, &mut checks, &mut jobs),
            }
        }
    }
    let measured = measure_all(&jobs);
    for (index, job) in &jobs {
        checks[*index] = measured.get(&job.folder.real_path).map(|measured| finish(job, measured));
    }
    report.checks = checks.into_iter().flatten().collect();
    report
}

/// Looks where an entry is installed: a job for each folder, or at once what is wrong.
fn plan<'a>(
    root: &Root,
    file: &'a FoundLockfile,
    entry: &'a Entry,
    checks: &mut Vec<Option<SkillCheck>>,
    jobs: &mut Vec<(usize, Job<'a>)>,
) {
    if let Recorded::Files { files, is_whole_folder: false } = &entry.recorded {
        checks.push(Some(check_loose_files(root, file, entry, files.iter())));
        return;
    }
    let mut folders: Vec<InstalledFolder> = Vec::new();
    let mut has_failed = false;
    for place in &entry.places {
        match root.look_at(place) {
            Ok(Place::Absent) => {}
            // A folder to which several places lead is one; how it is named first counts.
            Ok(Place::Folder(folder)) if folders.iter().any(|known| known.real_path == folder.real_path) => {}
            Ok(Place::Folder(folder)) => folders.push(folder),
            Err(error) => {
                has_failed = true;
                checks.push(Some(failed_place(file, entry, &error)));
            }
        }
    }
    if folders.is_empty() && !has_failed && !entry.is_optional {
        let mut check = check_of(file, entry);
        check.status = BytesStatus::NotInstalled;
        let places: Vec<String> = entry.places.iter().map(|place| root.shown(place.as_str())).collect();
        let more = places.len().saturating_sub(2);
        let first = sanitise_line(&places[..places.len().min(2)].join(", "), 200);
        let more = if more > 0 { format!(" and {more} more places") } else { String::new() };
        check.error = Some(format!("it is not installed: looked at {first}{more}"));
        checks.push(Some(check));
    }
    for folder in folders {
        match entry.clone().with_record_in(file.kind, &folder) {
            Ok(entry) => {
                jobs.push((checks.len(), Job { file, entry, folder }));
                checks.push(None);
            }
            Err(error) => {
                let mut check = failed_file(file, &error);
                check.name = entry.name.to_string();
                check.key = entry.key.clone();
                check.folder = Some(folder.shown);
                checks.push(Some(check));
            }
        }
    }
}

type Measured = BTreeMap<PathBuf, Result<MeasuredFolder, WalkError>>;

/// Measures every folder once, however many lockfiles name it.
fn measure_all(jobs: &[(usize, Job<'_>)]) -> Measured {
    let mut wanted: BTreeMap<&PathBuf, Keep> = BTreeMap::new();
    for (_, job) in jobs {
        let needs_contents = match &job.entry.recorded {
            Recorded::Folder(digests) => digests.iter().any(|digest| digest.needs_contents()),
            Recorded::Files { .. } => true,
            Recorded::Nothing(_) => false,
        };
        let keep = wanted.entry(&job.folder.real_path).or_insert(Keep::Head);
        if needs_contents {
            *keep = Keep::Contents;
        }
    }
    let measure = |(path, keep): (&PathBuf, Keep)| (path.clone(), measure_keeping(path, keep));
    // A single folder is hashed on all cores, several are hashed beside each other.
    match wanted.len() {
        0 | 1 => wanted.into_iter().map(measure).collect(),
        _ => wanted.into_par_iter().map(measure).collect(),
    }
}

fn finish(job: &Job<'_>, measured: &Result<MeasuredFolder, WalkError>) -> SkillCheck {
    let mut check = check_of(job.file, &job.entry);
    check.folder = Some(job.folder.shown.clone());
    let measured = match measured {
        Ok(measured) => measured,
        Err(error) => {
            check.status = BytesStatus::Error;
            check.error = Some(error.to_string());
            return check;
        }
    };
    let Compared { status, error, recorded, changes } = compare(&job.entry.recorded, job.file.kind, measured);
    (check.status, check.error, check.recorded, check.changes) = (status, error, recorded, changes);
    check.root_digest = Some(measured.manifest.root_digest());
    check.amount = Some((measured.manifest.files().len() as u64, measured.manifest.total_bytes()));
    check.question = question(measured.content_hash(), job.entry.origin.source_url.as_deref());
    check
}

/// Compares files that belong to no skill, such as instructions, one by one.
fn check_loose_files<'a>(
    root: &Root,
    file: &FoundLockfile,
    entry: &Entry,
    files: impl Iterator<Item = (&'a crate::lockfile::PlacePath, &'a Sha256Digest)>,
) -> SkillCheck {
    let mut check = check_of(file, entry);
    check.folder = Some(root.shown(""));
    let mut changes = FileChanges::default();
    for (path, digest) in files {
        match root.read_file(path, FILE_BYTES) {
            Ok(None) => changes.removed.push(path.as_str().to_owned()),
            Ok(Some(bytes)) if Sha256Digest::of(&normalise_line_ends(&bytes)) == *digest => {}
            Ok(Some(_)) => changes.modified.push(path.as_str().to_owned()),
            Err(error) => {
                check.status = BytesStatus::Error;
                check.error = Some(error.to_string());
                return check;
            }
        }
    }
    let Compared { status, changes, .. } = of_files(changes);
    (check.status, check.changes) = (status, changes);
    check
}

fn of_record(record: RecordCheck) -> SkillCheck {
    let shown = record.path.display().to_string();
    let mut check = blank(shown.clone(), APPROVAL);
    match record.result {
        Ok(Checked { record, drift, content_hash }) => {
            check.name = record.approval_id().as_str().to_owned();
            check.folder = Some(record.artifact_path().as_str().to_owned());
            check.status = if drift.is_none() { BytesStatus::Match } else { BytesStatus::Drift };
            let root_digest = drift.as_ref().map_or(record.root_digest(), |drift| drift.actual_root_digest);
            check.root_digest = Some(root_digest);
            check.amount = Some((record.manifest().files().len() as u64, record.manifest().total_bytes()));
            check.question = question(content_hash, None);
            check.drift = drift;
        }
        Err(error) => {
            check.name = shown.clone();
            check.status = if error.is_invalid_record() { BytesStatus::InvalidRecord } else { BytesStatus::Error };
            check.error = Some(match &error {
                CheckError::Record(_) => error.to_string(),
                CheckError::Walk(_) => format!("no verdict on {shown}: {error}"),
            });
        }
    }
    check
}

fn check_of(file: &FoundLockfile, entry: &Entry) -> SkillCheck {
    let mut check = blank(file.shown.clone(), file.kind.as_str());
    check.key = entry.key.clone();
    check.name = entry.name.to_string();
    check.pinned_status = entry.origin.pinned.as_ref().map(|pinned| pinned.status);
    check
}

fn failed_file(file: &FoundLockfile, error: &FoundError) -> SkillCheck {
    let mut check = blank(file.shown.clone(), file.kind.as_str());
    check.name = file.shown.clone();
    check.status = match error {
        FoundError::Unreadable(_) => BytesStatus::Error,
        FoundError::Invalid(_) => BytesStatus::InvalidRecord,
    };
    check.error = Some(match error {
        FoundError::Unreadable(source) => format!("cannot read `{}`: {source}", file.shown),
        FoundError::Invalid(source) => of_invalid(file, source),
    });
    check
}

fn failed_entry(file: &FoundLockfile, error: &LockfileError) -> SkillCheck {
    let mut check = blank(file.shown.clone(), file.kind.as_str());
    check.key = error.key().to_owned();
    check.name = error.key().to_owned();
    check.status = BytesStatus::InvalidRecord;
    check.error = Some(of_invalid(file, error));
    check
}

fn of_invalid(file: &FoundLockfile, error: &LockfileError) -> String {
    match error.key() {
        "." => format!("`{}` {}", file.shown, error.reason()),
        _ => format!("`{}`: {error}", file.shown),
    }
}

fn failed_place(file: &FoundLockfile, entry: &Entry, error: &PlaceError) -> SkillCheck {
    let mut check = check_of(file, entry);
    check.status = BytesStatus::Error;
    check.error = Some(error.to_string());
    check
}

pub(super) fn blank(lockfile: String, format: &'static str) -> SkillCheck {
    SkillCheck {
        lockfile,
        format,
        key: String::new(),
        name: String::new(),
        folder: None,
        status: BytesStatus::Error,
        error: None,
        recorded: Vec::new(),
        root_digest: None,
        amount: None,
        changes: None,
        drift: None,
        is_covered: false,
        pinned_status: None,
        question: None,
        verdict: None,
        violations: Vec::new(),
        policy_notices: Vec::new(),
    }
}

/// A record that compares nothing is no gap where another one of the same folder does.
fn mark_covered(report: &mut ProjectReport) {
    let covers = [APPROVAL, LockfileKind::Touchmark.as_str()];
    let covered: Vec<Option<String>> = report
        .checks
        .iter()
        .filter(|check| check.is_strong_match() && covers.contains(&check.format))
        .map(|check| check.folder.clone())
        .collect();
    for check in &mut report.checks {
        check.is_covered = check.folder.is_some() && covered.contains(&check.folder);
    }
}
