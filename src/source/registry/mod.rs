//! Releases of packages from a registry: what a release is made of, and its files.
//!
//! npm is asked by its metadata of a version, PyPI by the simple index in JSON (PEP 691, PEP 700)
//! and, where an index has none, by its JSON API. The host of each is the operator's; none is
//! known here. A file is downloaded to the disk within bounds, counts only with every digest that
//! the registry published for it, and is unpacked into memory. Nothing of it is run.
//! Start at [`PackageClient::new`].

mod attest;
mod client;
mod download;
mod error;
mod host;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod knowledge_tests;
mod known;
mod npm;
mod pypi;
mod pypi_html;
mod release;
mod resolve;
#[cfg(test)]
mod tests;

pub use client::{PackageBounds, PackageClient};
pub use error::PackageFetchError;
pub use host::{RegistryHost, RegistryHostError, RegistryHosts};
pub use known::SaidOfReleases;
pub use release::{Distribution, FetchedDistribution, PackageRelease};
pub use resolve::{PackageResolver, ResolvedPackage};
