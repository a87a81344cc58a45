//! What a registry says of a release, and what was fetched of it.

use url::Url;

use crate::package::{DistributionKind, FileSet, PackageSpec, PackageVersion, PublishedDigest};
use crate::skill::Sha256Digest;

/// A release as the registry describes it.
#[derive(Debug, Clone)]
pub struct PackageRelease {
    /// What it is, with its version.
    pub spec: PackageSpec,
    /// Its version.
    pub version: PackageVersion,
    /// Its files of the kinds that are read; never empty. The first is what an installer takes
    /// where there is a choice: a wheel for any machine, then the source, then other wheels.
    pub distributions: Vec<Distribution>,
    /// Files of other kinds, by their sanitised names.
    pub other_files: Vec<String>,
    /// What the maintainers say against using it, sanitised: it is yanked, or deprecated.
    pub warning: Option<String>,
    /// The commit that it was made of, as whoever published it says: 40 hex digits, or none.
    pub commit: Option<String>,
}

/// A file of a release.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// The file's name, sanitised.
    pub file_name: String,
    /// What it is.
    pub kind: DistributionKind,
    /// Where it is served.
    pub url: Url,
    /// How many bytes it has, where the registry says so.
    pub size_bytes: Option<u64>,
    /// The digests that the registry published; at least one.
    pub digests: Vec<PublishedDigest>,
    /// Whether it was withdrawn, with the reason that was given, sanitised.
    pub yanked: Option<String>,
    /// Where the registry serves attestations of its provenance (PEP 740, npm).
    pub provenance: Option<Url>,
    /// The keys with which the registry says that it signed the file, sanitised; not checked.
    pub signature_keys: Vec<String>,
    /// When it was uploaded, as the registry says, sanitised.
    pub uploaded_at: Option<String>,
}

/// A file that was fetched, has every digest that was published for it, and was unpacked.
#[derive(Debug, Clone)]
pub struct FetchedDistribution {
    /// The file as the registry describes it.
    pub distribution: Distribution,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// What is in it.
    pub files: FileSet,
}
