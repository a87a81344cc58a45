//! What a release is compared with where that is asked for: the repository that it names, and
//! the version before.

use std::time::Duration;

use super::popular::popular_packages;
use super::review::{PackageStep, fetch_files};
use crate::certificate::{Compared, NamedRepository, ReviewedFile, named_repository};
use crate::package::{FileSet, PackageSpec, PackageVersion};
use crate::skill::sanitise_line;
use crate::source::{PackageClient, PackageRelease, Reach, ReadBounds, SourceError, SourceSpec, read_commit};

/// What a release is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The repository that it names, at the commit of this version.
    pub with_source: bool,
    /// The version before.
    pub with_before: bool,
}

impl Comparison {
    /// Compares with nothing: nothing more is fetched.
    pub const NONE: Self = Self { with_source: false, with_before: false };
}

/// How far the fetch of a repository goes: it is compared, and not kept.
/// Its address is the word of whoever wrote the package.
const BOUNDS: ReadBounds = ReadBounds {
    fetch_time: Duration::from_secs(120),
    fetch_bytes: 256 * 1024 * 1024,
    entries: 65_536,
    skills: 0,
    guard: Some(Reach::Public),
};
/// Characters of a note.
const NOTE_CHARACTERS: usize = 300;

/// Fetches what a release is compared with. What cannot be had is a note, since the release can
/// be looked at without it.
pub(super) fn compared(
    client: &PackageClient,
    release: &PackageRelease,
    files: &[(ReviewedFile, FileSet)],
    comparison: Comparison,
    step: &mut impl FnMut(PackageStep<'_>),
) -> Compared {
    let spec = &release.spec;
    let mut compared = Compared::with_nothing();
    compared.is_well_known = popular_packages(spec.registry).contains(&spec.name.as_str());
    let mut note = |what: &str, reason: &str| {
        compared.notes.push(sanitise_line(&format!("not compared with {what}: {reason}"), NOTE_CHARACTERS));
    };
    if comparison.with_source {
        step(PackageStep::Comparing("the repository"));
        match repository(spec, release.commit.as_deref(), files) {
            Ok(found) => compared.repository = Some(found),
            Err(reason) => note("the repository", &reason),
        }
    }
    if comparison.with_before {
        step(PackageStep::Comparing("the version before"));
        match before(client, spec) {
            Ok(Some(found)) => compared.before = Some(found),
            Ok(None) => note("the version before", "it is the first one"),
            Err(reason) => note("the version before", &reason),
        }
    }
    compared
}

/// Fetches the repository that a release names at the commit that its publisher names, or at a
/// tag of the version. Another commit would differ without meaning anything.
fn repository(
    spec: &PackageSpec,
    commit: Option<&str>,
    files: &[(ReviewedFile, FileSet)],
) -> Result<(String, FileSet), String> {
    let sets: Vec<&FileSet> = files.iter().map(|(_, set)| set).collect();
    let named = named_repository(spec.registry, &sets).ok_or("the package names none")?;
    let source = SourceSpec::parse_public(&named.address).map_err(|error| error.to_string())?;
    let SourceSpec::Git(git) = &source else { return Err("what it names is no repository of git".to_owned()) };
    source.check_public().map_err(|error| error.to_string())?;
    let references = commit.map(str::to_owned).into_iter().chain(NamedRepository::tags(spec));
    for reference in references {
        let mut git = git.clone();
        git.reference = Some(reference.clone());
        git.path = None;
        match read_commit(&git, &BOUNDS) {
            Ok(found) => {
                let name = format!("{} {reference} ({})", named.address, found.commit);
                return Ok((name, FileSet { files: found.files.files, unread: found.files.unread }));
            }
            Err(SourceError::NoSuchReference { .. }) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("it has no tag of this version".to_owned())
}

type Before = (PackageVersion, Vec<(ReviewedFile, FileSet)>);

fn before(client: &PackageClient, spec: &PackageSpec) -> Result<Option<Before>, String> {
    let Some(version) = client.version_before(spec).map_err(|error| error.to_string())? else { return Ok(None) };
    let spec = PackageSpec { version: Some(version.clone()), ..spec.clone() };
    let release = client.release(&spec).map_err(|error| error.to_string())?;
    let fetched = fetch_files(client, &release, &mut |_| ()).map_err(|error| error.to_string())?;
    if !fetched.left_out.is_empty() {
        return Err(format!("files of version {version} are too large"));
    }
    Ok(Some((version, fetched.files)))
}
