//! Which files of vectors stay.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Versions of which the vectors are kept beside those in use: a model that is taken back, and
/// one that another process is set up with, need not embed everything again.
const OTHER_VERSIONS: usize = 2;
/// How long a file without its name may be what another process is writing.
const UNNAMED_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// What the names of vectors begin with.
const VECTORS: &str = "vectors-";

/// Removes the files of versions that are neither among `used` nor the youngest of the others,
/// and what was never renamed; a file that stays is only in the way of the disk.
pub(in crate::search) fn remove_outdated(folder: &Path, used: &[&str]) {
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let is_used = |name: &str| used.iter().any(|version| name.contains(version)) || name.ends_with(".lock");
    let mut others: Vec<&fs::DirEntry> =
        entries.iter().filter(|entry| name(entry).starts_with(VECTORS) && !is_used(&name(entry))).collect();
    others.sort_by_key(|entry| std::cmp::Reverse(entry.metadata().and_then(|metadata| metadata.modified()).ok()));
    let kept: Vec<String> = others.into_iter().take(OTHER_VERSIONS).map(name).collect();
    for entry in &entries {
        let is_young = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < UNNAMED_AGE));
        let is_being_written = is_young && name(entry).starts_with('.');
        if !is_used(&name(entry)) && !kept.contains(&name(entry)) && !is_being_written {
            let _ = fs::remove_file(entry.path());
        }
    }
}
