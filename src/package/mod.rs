//! Packages of npm and PyPI: what one is called, which release is asked for, which files make
//! it up, and the digests by which a registry vouches for them.
//!
//! The room is pure: it knows no registry's host, no network, no disk and no rules. Texts that a
//! registry or an author wrote are checked here once. Start at [`PackageSpec::parse`].

mod attestation;
mod distribution;
mod file_set;
mod integrity;
mod manifest;
mod name;
mod npm_range;
mod npm_version;
mod pypi_range;
mod pypi_version;
mod range;
mod registry;
mod spec;
#[cfg(test)]
mod tests;
mod version;

pub use attestation::{Attestation, AttestationError, AttestedBytes};
pub use distribution::{DistributionKind, WheelTarget};
pub use file_set::{FileSet, PackageBundle};
pub use integrity::{DigestCheck, IntegrityError, PublishedDigest};
pub use manifest::{Dependency, Manifest, ManifestError, ManifestKind, Project, Requirement};
pub use name::{NameError, PackageName};
pub use range::VersionRequest;
pub use registry::{PackageRegistry, UnknownRegistry};
pub use spec::{PackageSpec, SpecError};
pub use version::{PackageVersion, VersionError};
