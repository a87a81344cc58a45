//! Goes through what a project holds, measures each folder once, and compares.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::bytes::{Compared, compare, of_files};
use super::report::{BytesStatus, FileChanges, ProjectReport, SkillCheck};
use super::verdict::question;
use crate::approval::{Keep, MeasuredFolder, WalkError, measure_keeping};
use crate::lockfile::{
    Entry, FoundError, FoundLockfile, InstalledFolder, LockfileError, LockfileKind, Place, PlaceError, PlacePath,
    Recorded, Root, Roots, Scope, find,
};
use crate::operations::check_approval::{CheckError, Checked, RecordCheck, check_records};
use crate::recipe::normalise_line_ends;
use crate::skill::{Sha256Digest, sanitise_line};

/// The format of approval records.
pub(super) const APPROVAL: &str = "approval";
/// Bytes of a single file that is compared on its own.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of all such files of a project.
const LOOSE_BYTES: u64 = 256 * 1024 * 1024;
/// Folders whose bytes are held at once: a folder may have 256 MiB.
const HELD_FOLDERS: usize = 4;

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct ProjectRequest<'a> {
    /// The folder of the project; reports name what lies below it.
    pub project: &'a Path,
    /// The home folder, where the user's own lockfile is to be checked as well.
    pub home: Option<&'a Path>,
    /// The one folder that is checked, by everything that records it; nothing for all.
    pub folder: Option<&'a Path>,
    /// Whether the report says where in its file a record stands.
    pub lines: Lines,
}

/// Whether a report says where in its file a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// It does.
    Told,
    /// It does not: nobody shows them, and lockfiles are gone through once.
    LeftOut,
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
    let wanted = request.folder.map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()));
    let (records, lockfiles) = rayon::join(
        || check_records(request.project, request.folder),
        || check_lockfiles(&roots, &found, wanted.as_deref(), request.lines),
    );
    let mut report = lockfiles;
    let project = roots.root(Scope::Project).map(Root::path);
    let records = records?.into_iter().map(|record| of_record(record, project));
    report.checks.splice(0..0, records);
    mark_covered(&mut report);
    leave_out_approved(&mut report);
    Ok(report)
}

fn check_lockfiles(roots: &Roots, found: &[FoundLockfile], wanted: Option<&Path>, lines: Lines) -> ProjectReport {
    let mut report = ProjectReport::default();
    // Each check has its place in the report from the beginning, whichever is ready first.
    let mut checks: Vec<Option<SkillCheck>> = Vec::new();
    let mut jobs: Vec<(usize, Job<'_>)> = Vec::new();
    let mut loose = LooseFiles::new();
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
                Ok(entry) => plan(root, file, entry, &mut checks, &mut jobs, &mut loose),
            }
        }
    }
    if let Some(wanted) = wanted {
        // What could not be read may be about this folder as well; what is known to be about
        // another one, or about none, is not.
        jobs.retain(|(_, job)| job.folder.real_path == wanted);
        let may_be = |check: &SkillCheck| check.status == BytesStatus::InvalidRecord || is_unreadable_file(check);
        checks.iter_mut().for_each(|check| *check = check.take().filter(may_be));
    }
    for (index, check) in check_folders(&jobs) {
        checks[index] = Some(check);
    }
    report.checks = checks.into_iter().flatten().collect();
    if lines == Lines::Told {
        tell_lines(found, &mut report.checks);
    }
    report
}

/// Tells whether a lockfile could not be read at all. What `gh` writes lies in each folder, so
/// that another one says nothing of this one.
fn is_unreadable_file(check: &SkillCheck) -> bool {
    let is_file = check.folder.is_none() && check.key.is_empty() && check.format != LockfileKind::GitHub.as_str();
    check.status == BytesStatus::Error && is_file
}

/// Notes where in its file each record stands, or what is wrong with it.
fn tell_lines(found: &[FoundLockfile], checks: &mut [SkillCheck]) {
    for file in found {
        let of_file = |check: &&mut SkillCheck| check.lockfile == file.shown && !check.key.is_empty();
        let mut checks = checks.iter_mut().filter(of_file).peekable();
        if checks.peek().is_some() {
            let positions = file.positions();
            checks.for_each(|check| check.position = positions.find(&check.key));
        }
    }
}

/// Looks where an entry is installed: a job for each folder, or at once what is wrong.
fn plan<'a>(
    root: &Root,
    file: &'a FoundLockfile,
    entry: &'a Entry,
    checks: &mut Vec<Option<SkillCheck>>,
    jobs: &mut Vec<(usize, Job<'a>)>,
    loose: &mut LooseFiles,
) {
    if let Recorded::Files { files, is_whole_folder: false, .. } = &entry.recorded {
        checks.push(Some(check_loose_files(root, file, entry, files.iter(), loose)));
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

/// Measures every folder once, however many lockfiles name it, compares it, and lets go of its
/// bytes before the next. Returns each check with its place in the report.
fn check_folders(jobs: &[(usize, Job<'_>)]) -> Vec<(usize, SkillCheck)> {
    let mut folders: BTreeMap<&Path, Folder<'_>> = BTreeMap::new();
    for (index, job) in jobs {
        let needs_contents = match &job.entry.recorded {
            Recorded::Folder(digests) => digests.iter().any(|digest| digest.needs_contents()),
            Recorded::Files { .. } => true,
            Recorded::Nothing(_) => false,
        };
        let path = job.folder.real_path.as_path();
        let folder = folders.entry(path).or_insert_with(|| Folder { path, keep: Keep::Head, jobs: Vec::new() });
        if needs_contents {
            folder.keep = Keep::Contents;
        }
        folder.jobs.push((*index, job));
    }
    // A single folder is hashed on all cores, several are hashed beside each other.
    if let [folder] = &folders.values().collect::<Vec<_>>()[..] {
        return folder.check();
    }
    let (kept, hashed): (Vec<_>, Vec<_>) = folders.into_values().partition(|folder| folder.keep == Keep::Contents);
    let (mut checks, others) =
        rayon::join(|| check_few_at_once(&kept), || hashed.par_iter().flat_map_iter(Folder::check).collect::<Vec<_>>());
    checks.extend(others);
    checks
}

/// Compares folders of which every byte is held meanwhile.
fn check_few_at_once(folders: &[Folder<'_>]) -> Vec<(usize, SkillCheck)> {
    let next = AtomicUsize::new(0);
    (0..HELD_FOLDERS)
        .into_par_iter()
        .flat_map_iter(|_| {
            std::iter::from_fn(|| folders.get(next.fetch_add(1, Ordering::Relaxed))).flat_map(Folder::check)
        })
        .collect()
}

/// A folder with everything that is recorded of it.
struct Folder<'a> {
    path: &'a Path,
    keep: Keep,
    jobs: Vec<(usize, &'a Job<'a>)>,
}

impl Folder<'_> {
    fn check(&self) -> Vec<(usize, SkillCheck)> {
        let measured = measure_keeping(self.path, self.keep);
        self.jobs.iter().map(|(index, job)| (*index, finish(job, &measured))).collect()
    }
}

fn finish(job: &Job<'_>, measured: &Result<MeasuredFolder, WalkError>) -> SkillCheck {
    let mut check = check_of(job.file, &job.entry);
    check.folder = Some(job.folder.shown.clone());
    check.real_folder = Some(job.folder.real_path.clone());
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

/// Files that are compared on their own, each read once however many links lead to it.
struct LooseFiles {
    digests: BTreeMap<PathBuf, Sha256Digest>,
    left_bytes: u64,
}

impl LooseFiles {
    fn new() -> Self {
        Self { digests: BTreeMap::new(), left_bytes: LOOSE_BYTES }
    }

    /// Returns the digest of the file at a place, with the line ends of a text made alike.
    fn digest(&mut self, root: &Root, place: &PlacePath) -> Result<Option<Sha256Digest>, PlaceError> {
        let Some(real_path) = root.real_path(place)? else { return Ok(None) };
        if let Some(digest) = self.digests.get(&real_path) {
            return Ok(Some(*digest));
        }
        let Some(bytes) = root.read_file(place, FILE_BYTES.min(self.left_bytes))? else { return Ok(None) };
        self.left_bytes -= (bytes.len() as u64).min(self.left_bytes);
        let digest = Sha256Digest::of(&normalise_line_ends(&bytes));
        self.digests.insert(real_path, digest);
        Ok(Some(digest))
    }
}

/// Compares files that belong to no skill, such as instructions, one by one.
fn check_loose_files<'a>(
    root: &Root,
    file: &FoundLockfile,
    entry: &Entry,
    files: impl Iterator<Item = (&'a PlacePath, &'a Sha256Digest)>,
    loose: &mut LooseFiles,
) -> SkillCheck {
    let mut check = check_of(file, entry);
    check.folder = Some(root.shown(""));
    let mut changes = FileChanges::default();
    for (path, digest) in files {
        match loose.digest(root, path) {
            Ok(None) => changes.removed.push(path.as_str().to_owned()),
            Ok(Some(found)) if found == *digest => {}
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

fn of_record(record: RecordCheck, project: Option<&Path>) -> SkillCheck {
    let shown = record.path.display().to_string();
    let mut check = blank(shown.clone(), APPROVAL);
    match record.result {
        Ok(Checked { record, drift, content_hash }) => {
            check.name = record.approval_id().as_str().to_owned();
            check.folder = Some(record.artifact_path().as_str().to_owned());
            check.real_folder =
                project.and_then(|project| project.join(record.artifact_path().as_str()).canonicalize().ok());
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
    if let FoundError::Invalid(error) = error
        && error.key() != "."
    {
        check.key = error.key().to_owned();
    }
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
        position: None,
        name: String::new(),
        folder: None,
        real_folder: None,
        status: BytesStatus::Error,
        error: None,
        recorded: Vec::new(),
        root_digest: None,
        amount: None,
        changes: None,
        drift: None,
        earlier: None,
        review: None,
        is_covered: false,
        pinned_status: None,
        question: None,
        verdict: None,
        violations: Vec::new(),
        policy_notices: Vec::new(),
    }
}

/// Whether `gh` wrote something in a folder that leads elsewhere is no question where an approval
/// of that very folder, which is measured where it leads, matches.
fn leave_out_approved(report: &mut ProjectReport) {
    let approved: BTreeSet<String> = report
        .checks
        .iter()
        .filter(|check| check.format == APPROVAL && check.is_strong_match())
        .filter_map(|check| check.folder.clone())
        .collect();
    let by_gh = LockfileKind::GitHub.as_str();
    report
        .checks
        .retain(|check| check.format != by_gh || check.status != BytesStatus::Error || !approved.contains(&check.name));
}

/// A record that compares nothing is no gap where another one of the same folder does. Which
/// folder it is says where it really is: a name in a report may be that of another one.
fn mark_covered(report: &mut ProjectReport) {
    let covers = [APPROVAL, LockfileKind::Touchmark.as_str()];
    let covered: BTreeSet<PathBuf> = report
        .checks
        .iter()
        .filter(|check| check.is_strong_match() && covers.contains(&check.format))
        .filter_map(|check| check.real_folder.clone())
        .collect();
    for check in &mut report.checks {
        check.is_covered = check.real_folder.as_ref().is_some_and(|folder| covered.contains(folder));
    }
}
