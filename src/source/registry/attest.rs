//! What a registry shows about where a file comes from.

use super::npm::status_error;
use super::{Distribution, PackageClient, PackageFetchError};
use crate::package::{Attestation, AttestationError, AttestedBytes, DistributionKind, PackageSpec};
use crate::skill::Sha256Digest;

/// Bytes of the attestations of one file: each has some ten thousand.
const ATTESTATION_BYTES: usize = 4 * 1024 * 1024;

impl PackageClient {
    /// Asks for the attestations of a file with this digest; none where the registry shows none.
    /// A file's digests have to be those that were published for it.
    ///
    /// # Errors
    /// Fails where they cannot be fetched or read, or one of them is about other bytes; the last
    /// is [`PackageFetchError::WrongAttestation`].
    pub fn attestations(
        &self,
        spec: &PackageSpec,
        distribution: &Distribution,
        sha256: Sha256Digest,
    ) -> Result<Vec<Attestation>, PackageFetchError> {
        let Some(url) = distribution.provenance.clone() else { return Ok(Vec::new()) };
        let name = &distribution.file_name;
        let mut asked = self.ask(spec.registry, name)?;
        let answer = asked.metadata(url, "application/vnd.pypi.integrity.v1+json, application/json", name)?;
        match answer.status {
            200 if answer.body.len() <= ATTESTATION_BYTES => {}
            200 => return Err(PackageFetchError::protocol(name, "its attestations are too long")),
            404 | 410 => return Ok(Vec::new()),
            status => return Err(status_error(name, status)),
        }
        let bytes = AttestedBytes::new(sha256, &distribution.digests);
        let read = match distribution.kind {
            DistributionKind::Tarball => Attestation::read_npm(&answer.body, &bytes),
            DistributionKind::Sdist | DistributionKind::Wheel => Attestation::read_pypi(&answer.body, &bytes),
        };
        read.map_err(|error| match error {
            AttestationError::OtherBytes => PackageFetchError::WrongAttestation { file: name.clone() },
            error => PackageFetchError::protocol(name, error.to_string()),
        })
    }
}
