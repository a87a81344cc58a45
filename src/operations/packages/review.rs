//! Fetches a release and looks at it.

use super::compare::{Comparison, compared};
use crate::certificate::{PackageReview, ReviewError, ReviewedFile};
use crate::package::{DistributionKind, FileSet, PackageSpec, WheelTarget};
use crate::scan::Ruleset;
use crate::skill::{UnreadFile, sanitise_line};
use crate::source::{Distribution, FetchedDistribution, PackageClient, PackageFetchError, PackageRelease};

/// Characters of what is told of a registry.
const NOTE_CHARACTERS: usize = 300;

/// How far a review has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageStep<'a> {
    /// The registry is asked what the release is made of.
    Asking,
    /// A file is fetched.
    Fetching(&'a str),
    /// What it is compared with is fetched.
    Comparing(&'a str),
    /// What was fetched is looked at.
    Scanning,
}

/// Why a package was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It was not fetched.
    #[error(transparent)]
    Fetch(#[from] PackageFetchError),
    /// It cannot be looked at.
    #[error(transparent)]
    Review(#[from] ReviewError),
}

/// Fetches a release from its registry and looks at what an installer would take: the wheel for
/// any machine and the source, or one compiled wheel where there is none of the first. It blocks.
///
/// A file that is too large is left out and makes the analysis partial; any other failure ends
/// it, since nothing of a release is certified of which a part is wrong.
///
/// # Errors
/// Fails where the registry cannot be asked, is wrong, or has no such release.
pub fn review_package(
    client: &PackageClient,
    spec: &PackageSpec,
    ruleset: &Ruleset,
    step: impl FnMut(PackageStep<'_>),
) -> Result<PackageReview, PackageError> {
    compare_package(client, spec, ruleset, Comparison::NONE, step)
}

/// Looks at a release as [`review_package`], and compares it with what is asked for. What cannot
/// be compared is said in the review. It blocks.
///
/// # Errors
/// As [`review_package`].
pub fn compare_package(
    client: &PackageClient,
    spec: &PackageSpec,
    ruleset: &Ruleset,
    comparison: Comparison,
    mut step: impl FnMut(PackageStep<'_>),
) -> Result<PackageReview, PackageError> {
    step(PackageStep::Asking);
    let release = client.release(spec)?;
    let FetchedFiles { files, left_out, notes } = fetch_files(client, &release, &mut step)?;
    let compared = compared(client, &release, &files, comparison, &mut step);
    step(PackageStep::Scanning);
    let mut review = PackageReview::compared(release.spec, files, left_out, release.warning, ruleset, compared)?;
    review.registry_notes = notes.iter().map(|note| sanitise_line(note, NOTE_CHARACTERS)).collect();
    Ok(review)
}

/// The files of a release that were fetched, those that are too large, and what of the registry
/// could not be read beside them.
pub(super) struct FetchedFiles {
    pub(super) files: Vec<(ReviewedFile, FileSet)>,
    pub(super) left_out: Vec<UnreadFile>,
    notes: Vec<String>,
}

/// Fetches what an installer would take.
pub(super) fn fetch_files(
    client: &PackageClient,
    release: &PackageRelease,
    step: &mut impl FnMut(PackageStep<'_>),
) -> Result<FetchedFiles, PackageFetchError> {
    let mut fetched = FetchedFiles { files: Vec::new(), left_out: Vec::new(), notes: Vec::new() };
    let mut too_large = None;
    for distribution in chosen(&release.distributions) {
        step(PackageStep::Fetching(&distribution.file_name));
        match client.fetch(&release.spec, distribution) {
            Ok(file) => {
                let attestations = match client.attestations(&release.spec, distribution, file.sha256) {
                    Ok(attestations) => attestations,
                    Err(error @ PackageFetchError::WrongAttestation { .. }) => return Err(error),
                    Err(error) => {
                        fetched.notes.push(format!("what is attested of it is not known: {error}"));
                        Vec::new()
                    }
                };
                let (file, set) = reviewed(file);
                fetched.files.push((file.attested(attestations, distribution.signature_keys.clone()), set));
            }
            Err(PackageFetchError::TooLarge { reason, file }) => {
                let path = distribution.file_name.clone();
                fetched.left_out.push(UnreadFile { path, size_bytes: distribution.size_bytes, reason: reason.clone() });
                too_large = Some(PackageFetchError::TooLarge { reason, file });
            }
            Err(error) => return Err(error),
        }
    }
    match too_large {
        Some(error) if fetched.files.is_empty() => Err(error),
        _ => Ok(fetched),
    }
}

/// Chooses the files that are looked at, in the order of the release.
fn chosen(distributions: &[Distribution]) -> impl Iterator<Item = &Distribution> {
    let is_compiled = |file: &Distribution| {
        file.kind == DistributionKind::Wheel && WheelTarget::of_file_name(&file.file_name) == WheelTarget::Compiled
    };
    let has_pure = distributions.iter().any(|file| file.kind == DistributionKind::Wheel && !is_compiled(file));
    // Of many compiled ones, that for most servers, and of those the newest Python.
    let best = distributions.iter().filter(|file| is_compiled(file)).max_by_key(|file| {
        let name = &file.file_name;
        (name.contains("manylinux") && name.contains("x86_64"), !name.contains("t-manylinux"), name.as_str())
    });
    let best = best.filter(|_| !has_pure).map(|file| file.file_name.clone());
    distributions.iter().filter(move |file| !is_compiled(file) || Some(&file.file_name) == best.as_ref())
}

fn reviewed(fetched: FetchedDistribution) -> (ReviewedFile, FileSet) {
    let FetchedDistribution { distribution, sha256, size_bytes, files } = fetched;
    (ReviewedFile::of(distribution.file_name, distribution.kind, sha256, size_bytes, &files), files)
}
