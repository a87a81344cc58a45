//! Asks registries for releases and their files.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use url::Url;

use super::{Distribution, FetchedDistribution, PackageFetchError, PackageRelease, RegistryHost, RegistryHosts};
use super::{download, npm, pypi};
use crate::package::{PackageRegistry, PackageSpec, PackageVersion};
use crate::source::ReadBounds;
use crate::source::web::{Session, Trust, WebRequest};

/// How far one request for a release or a file may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageBounds {
    /// How long all of it may take.
    pub time: Duration,
    /// Bytes of one file of a release.
    pub file_bytes: u64,
    /// Bytes to which a file may unpack; one that unpacks to more is refused.
    pub unpacked_bytes: u64,
    /// Bytes of its content that are kept in memory and looked at; the rest is listed.
    pub kept_bytes: u64,
    /// Files, folders and links of an archive.
    pub entries: u64,
}

impl PackageBounds {
    /// The usual bounds: nine of ten popular packages are far below.
    pub const USUAL: Self = Self {
        time: Duration::from_secs(120),
        file_bytes: 128 * 1024 * 1024,
        unpacked_bytes: 512 * 1024 * 1024,
        kept_bytes: 48 * 1024 * 1024,
        entries: 32_768,
    };
}

/// A client for the configured registries. It blocks.
#[derive(Debug, Clone)]
pub struct PackageClient {
    hosts: RegistryHosts,
    bounds: PackageBounds,
}

impl PackageClient {
    /// Makes a client; nothing is asked yet.
    pub fn new(hosts: RegistryHosts, bounds: PackageBounds) -> Self {
        Self { hosts, bounds }
    }

    /// Returns the bounds.
    pub fn bounds(&self) -> &PackageBounds {
        &self.bounds
    }

    /// Tells whether a registry can be asked.
    pub fn knows(&self, registry: PackageRegistry) -> bool {
        self.hosts.of(registry).is_some()
    }

    /// Asks what a release is made of; the latest where the spec has no version.
    ///
    /// # Errors
    /// Fails where no host is configured, or it has no such release, does not answer, or answers
    /// what its protocol does not know.
    pub fn release(&self, spec: &PackageSpec) -> Result<PackageRelease, PackageFetchError> {
        let mut asked = self.ask(spec.registry, &spec.to_string())?;
        match spec.registry {
            PackageRegistry::Pypi => pypi::release(&mut asked, spec),
            PackageRegistry::Npm => npm::release(&mut asked, spec),
        }
    }

    /// Asks which released version came before one: the highest that is lower, and no version
    /// before a release unless this one is. None where it is the first.
    ///
    /// # Errors
    /// As [`PackageClient::release`].
    pub fn version_before(&self, spec: &PackageSpec) -> Result<Option<PackageVersion>, PackageFetchError> {
        let Some(version) = &spec.version else { return Ok(None) };
        let mut asked = self.ask(spec.registry, &spec.to_string())?;
        let versions = match spec.registry {
            PackageRegistry::Pypi => pypi::versions(&mut asked, spec),
            PackageRegistry::Npm => npm::versions(&mut asked, spec),
        }?;
        let is_usual = |other: &PackageVersion| !other.is_before_release() || version.is_before_release();
        Ok(versions.into_iter().filter(|other| other < version && is_usual(other)).max())
    }

    /// Fetches a file of a release, checks it against every digest that was published for it, and
    /// unpacks it.
    ///
    /// # Errors
    /// Fails where it cannot be fetched within the bounds, has other bytes than the registry
    /// vouches for, or is an archive that cannot be trusted.
    pub fn fetch(
        &self,
        spec: &PackageSpec,
        distribution: &Distribution,
    ) -> Result<FetchedDistribution, PackageFetchError> {
        let mut asked = self.ask(spec.registry, &distribution.file_name)?;
        download::fetch(&mut asked, distribution, &self.bounds)
    }

    pub(super) fn ask(&self, registry: PackageRegistry, what: &str) -> Result<Asked<'_>, PackageFetchError> {
        self.ask_for(registry, what, self.bounds.time)
    }

    /// Begins a session with the host of a registry that ends after `time`.
    pub(super) fn ask_for(
        &self,
        registry: PackageRegistry,
        what: &str,
        time: Duration,
    ) -> Result<Asked<'_>, PackageFetchError> {
        let host = self.hosts.of(registry).ok_or(PackageFetchError::NotConfigured { registry })?;
        let bounds = ReadBounds {
            fetch_time: time,
            fetch_bytes: self.bounds.file_bytes.saturating_add(4 * METADATA_BYTES),
            entries: self.bounds.entries,
            skills: 0,
            guard: None,
        };
        let trust = Trust::of([host].into_iter().chain(&self.hosts.files).map(|host| host.url().clone()));
        let session = Session::trusting(trust, &bounds).map_err(|error| PackageFetchError::of_web(what, &error))?;
        Ok(Asked { session, host })
    }
}

/// Bytes of what a registry says of a package: an index of 10,000 files has about half of them.
pub(super) const METADATA_BYTES: u64 = 32 * 1024 * 1024;

/// A session with the host of a registry.
pub(super) struct Asked<'a> {
    pub(super) session: Session,
    pub(super) host: &'a RegistryHost,
}

impl Asked<'_> {
    /// Makes a request; credentials go to the configured host alone.
    pub(super) fn request(&self, url: Url, accept: &'static str) -> WebRequest {
        let is_own = url.origin() == self.host.url().origin();
        let request = WebRequest::get(url, accept);
        match self.host.authorization().filter(|_| is_own) {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    /// Asks for metadata, with whatever status.
    pub(super) fn metadata(
        &mut self,
        url: Url,
        accept: &'static str,
        what: &str,
    ) -> Result<Metadata, PackageFetchError> {
        let request = self.request(url, accept);
        let answer =
            self.session.send(&request, METADATA_BYTES).map_err(|error| PackageFetchError::of_web(what, &error))?;
        let body = if answer.body.starts_with(&[0x1f, 0x8b]) {
            unpacked(&answer.body).map_err(|reason| PackageFetchError::protocol(&what, reason))?
        } else {
            answer.body.clone()
        };
        let is_html = answer.header(&reqwest::header::CONTENT_TYPE).is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.starts_with("text/html") || kind.starts_with("application/vnd.pypi.simple.v1+html")
        });
        Ok(Metadata { status: answer.status, url: answer.url, body, is_html })
    }
}

/// What a registry answered.
pub(super) struct Metadata {
    pub(super) status: u16,
    /// Where it stands in the end: relative URLs in it are meant from there.
    pub(super) url: Url,
    pub(super) body: Vec<u8>,
    pub(super) is_html: bool,
}

/// Unpacks an answer that was compressed although nobody asked for that.
fn unpacked(body: &[u8]) -> Result<Vec<u8>, &'static str> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let read = flate2::read::GzDecoder::new(body).take(METADATA_BYTES + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 <= METADATA_BYTES => Ok(bytes),
        Ok(_) => Err("it unpacks to more than may be read"),
        Err(_) => Err("it is compressed and damaged"),
    }
}
