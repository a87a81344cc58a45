//! One file of a release: downloaded, compared with what the registry published, unpacked.

use std::io::{Seek as _, SeekFrom, Write as _};

use super::client::{Asked, PackageBounds};
use super::{Distribution, FetchedDistribution, PackageFetchError};
use crate::package::{DigestCheck, DistributionKind};
use crate::source::archive::{ArchiveBounds, ArchiveError, unpack};
use crate::source::error::shown;
use crate::source::web::WebError;

pub(super) fn fetch(
    asked: &mut Asked<'_>,
    distribution: &Distribution,
    bounds: &PackageBounds,
) -> Result<FetchedDistribution, PackageFetchError> {
    let name = &distribution.file_name;
    let unreachable = |error: &WebError| PackageFetchError::of_web(name, error);
    if distribution.size_bytes.is_some_and(|size| size > bounds.file_bytes) {
        return Err(unreachable(&WebError::TooLarge(bounds.file_bytes)));
    }
    let mut file = tempfile::tempfile().map_err(|error| PackageFetchError::Disk(shown(&error.to_string())))?;
    let mut check = DigestCheck::default();
    let mut size_bytes = 0_u64;
    let request = asked.request(distribution.url.clone(), "*/*");
    let taken = asked.session.download(&request, bounds.file_bytes, &mut |chunk| {
        check.update(chunk);
        size_bytes += chunk.len() as u64;
        file.write_all(chunk).map_err(|error| WebError::Unreachable(format!("it cannot be kept: {error}")))
    });
    taken.map_err(|error| unreachable(&error))?;
    // Nothing looks into a file whose bytes nobody vouches for.
    let sha256 = check.finish(&distribution.digests).map_err(|difference| PackageFetchError::WrongDigest {
        file: name.clone(),
        expected: difference.0.to_string(),
        found: difference.1.to_string(),
    })?;
    file.seek(SeekFrom::Start(0)).map_err(|error| PackageFetchError::Disk(shown(&error.to_string())))?;
    let limits = ArchiveBounds { entries: bounds.entries, bytes: bounds.unpacked_bytes, kept_bytes: bounds.kept_bytes };
    let refused = |reason: String| PackageFetchError::Archive { file: name.clone(), reason: shown(&reason) };
    let unpacked = unpack(file, limits).map_err(|error| match error {
        ArchiveError::TooLarge(_) => PackageFetchError::TooLarge { file: name.clone(), reason: error.to_string() },
        error => refused(error.to_string()),
    })?;
    let set = unpacked.file_set().map_err(|error| refused(error.to_string()))?;
    let files = match distribution.kind {
        DistributionKind::Wheel => set,
        // npm takes the first folder off, however it is called.
        DistributionKind::Tarball => set.without_first_folder().map_err(refused)?,
        DistributionKind::Sdist => set.without_shared_folder(),
    };
    Ok(FetchedDistribution { distribution: distribution.clone(), sha256, size_bytes, files })
}
