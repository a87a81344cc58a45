//! Gets what is to be verified, within bounds.

use std::sync::Arc;
use std::time::Duration;

use super::super::super::Services;
use super::super::super::known_threats::affected;
use super::request::Target;
use crate::package::{PackageSpec, PublishedDigest};
use crate::recipe::{DigestValue, HeldDigest};
use crate::skill::{Publishers, RawBundle, Sha256Digest, sanitise_line};
use crate::source::{
    Distribution, DownloadClient, PackageClient, PackageFetchError, Reach, ReadBounds, SourceError, SourceItem,
    SourceSpec, open_within,
};
use crate::threat::AffectedPackage;

/// How far what a stranger names may go.
const BOUNDS: ReadBounds = ReadBounds {
    fetch_time: Duration::from_secs(60),
    fetch_bytes: 64 * 1024 * 1024,
    entries: 50_000,
    skills: 100,
    guard: Some(Reach::Public),
};

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// The version or commit that it is.
    pub(super) version: Option<String>,
    /// The digest of the file that was fetched, where it was one.
    pub(super) distribution: Option<Sha256Digest>,
    /// The package that it is, by which threats are known as well.
    pub(super) package: Option<AffectedPackage>,
    /// The account that publishes it, as `host/owner`; empty where nobody knows.
    pub(super) account: String,
    /// Its parts; at least one.
    pub(super) parts: Vec<Part>,
    /// What is there and could not be read, in words.
    pub(super) unread: Vec<String>,
    /// What nobody looked at because of how it was fetched.
    pub(super) not_looked_at: Vec<String>,
}

/// Files that are scanned together.
#[derive(Debug)]
pub(super) struct Part {
    /// The folder, `.` for the root, sanitised.
    pub(super) path: String,
    /// Whether they are a skill, and the name of its folder.
    pub(super) skill: Option<Option<String>>,
    /// The files; nothing is checked yet.
    pub(super) bundle: RawBundle,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// There is no such thing.
    #[error("{0}")]
    NotThere(String),
    /// It cannot be taken, whoever asks and whenever.
    #[error("{0}")]
    Refused(String),
    /// Whoever has it does not answer; another time it may.
    #[error("{0}")]
    NoAnswer(String),
}

impl From<PackageFetchError> for FetchError {
    fn from(error: PackageFetchError) -> Self {
        let message = error.to_string();
        match error {
            PackageFetchError::NotConfigured { registry } => {
                Self::NoAnswer(format!("this instance asks no registry of {registry}; its operator names one"))
            }
            PackageFetchError::NoSuchPackage { .. }
            | PackageFetchError::NoSuchVersion { .. }
            | PackageFetchError::NoDistribution { .. } => Self::NotThere(message),
            PackageFetchError::Archive { .. } => Self::Refused(message),
            _ => Self::NoAnswer(message),
        }
    }
}

impl From<SourceError> for FetchError {
    fn from(error: SourceError) -> Self {
        let message = error.to_string();
        match error {
            SourceError::NoSuchRepository { .. }
            | SourceError::NotPublic { .. }
            | SourceError::NothingThere { .. }
            | SourceError::NoSuchReference { .. }
            | SourceError::NoSuchFolder { .. }
            | SourceError::NotFound { .. } => Self::NotThere(message),
            SourceError::Fetch { .. } | SourceError::TooSlow { .. } => Self::NoAnswer(message),
            _ => Self::Refused(message),
        }
    }
}

/// Fetches a target.
///
/// # Errors
/// Fails where it is not there, cannot be taken, or nobody answers.
pub(super) async fn fetch(
    services: &Services,
    target: &Target,
    expected: Option<HeldDigest>,
) -> Result<Fetched, FetchError> {
    match target {
        Target::Git(spec) => git(spec.clone(), services.reach()).await,
        Target::Url(url) => file(services, url.as_str(), services.reach()).await,
        Target::Package(spec) => package(services, spec.clone(), expected).await,
    }
}

async fn git(spec: SourceSpec, reach: Reach) -> Result<Fetched, FetchError> {
    // It waits for the network, on a thread of its own, and unpacks a little.
    let read = tokio::task::spawn_blocking(move || read_repository(&spec, reach)).await;
    read.unwrap_or_else(|_| Err(FetchError::NoAnswer("the repository could not be read".to_owned())))
}

fn read_repository(spec: &SourceSpec, reach: Reach) -> Result<Fetched, FetchError> {
    let mut fetched = Fetched {
        version: None,
        distribution: None,
        package: None,
        account: String::new(),
        parts: Vec::new(),
        unread: Vec::new(),
        not_looked_at: vec!["files of the repository that belong to no skill".to_owned()],
    };
    for item in open_within(spec, &ReadBounds { guard: Some(reach), ..BOUNDS }, None)? {
        match item {
            SourceItem::Skill(skill) => {
                fetched.version = fetched.version.or_else(|| skill.source.commit_sha.clone());
                fetched.account = Publishers::account_of(&skill.source.identity);
                let path = shown(skill.source.identity.directory());
                fetched.parts.push(Part { path, skill: Some(skill.folder_name), bundle: skill.bundle });
            }
            SourceItem::Failure(failure) => fetched.unread.push(format!("{}: {}", failure.location, failure.reason)),
        }
    }
    if fetched.parts.is_empty() {
        let reason = fetched.unread.first().map_or_else(String::new, |first| format!(" that can be read ({first})"));
        return Err(FetchError::NotThere(format!("the repository has no skill{reason}")));
    }
    Ok(fetched)
}

async fn file(services: &Services, url: &str, reach: Reach) -> Result<Fetched, FetchError> {
    let download = DownloadClient::new(reach)?.fetch(url, &BOUNDS).await?;
    let digest = download.sha256;
    let parts = services.compute().run(move || download.parts()).await;
    let parts = parts.map_err(|error| FetchError::NoAnswer(error.to_string()))??;
    let part = |part: crate::source::DownloadedPart| Part {
        path: shown(part.skill_folder.as_deref().unwrap_or_default()),
        skill: part.skill_folder.map(|folder| {
            Some(folder.rsplit('/').next().unwrap_or_default().to_owned()).filter(|name| !name.is_empty())
        }),
        bundle: part.bundle,
    };
    Ok(Fetched {
        version: None,
        distribution: Some(digest),
        package: None,
        account: String::new(),
        parts: parts.into_iter().map(part).collect(),
        unread: Vec::new(),
        not_looked_at: Vec::new(),
    })
}

async fn package(services: &Services, spec: PackageSpec, expected: Option<HeldDigest>) -> Result<Fetched, FetchError> {
    let registry = spec.registry;
    let client = services.packages().ok_or(PackageFetchError::NotConfigured { registry })?;
    let client = Arc::clone(client);
    let read = tokio::task::spawn_blocking(move || read_package(&client, &spec, expected)).await;
    read.unwrap_or_else(|_| Err(FetchError::NoAnswer("the package could not be read".to_owned())))
}

fn read_package(
    client: &PackageClient,
    spec: &PackageSpec,
    expected: Option<HeldDigest>,
) -> Result<Fetched, FetchError> {
    let release = client.release(spec)?;
    let is_expected = |distribution: &&Distribution| {
        let published = |digest: &PublishedDigest| match (digest, expected) {
            (PublishedDigest::Sha256(digest), Some(expected)) => expected.value() == DigestValue::Sha256(*digest),
            _ => false,
        };
        distribution.digests.iter().any(published)
    };
    // Whoever names a digest means that file; else what an installer takes.
    let chosen = release.distributions.iter().find(is_expected).or(release.distributions.first());
    let chosen = chosen.ok_or_else(|| FetchError::NotThere("the release has no file that is read".to_owned()))?;
    let fetched = client.fetch(spec, chosen)?;
    let others = release.distributions.iter().filter(|other| other.file_name != chosen.file_name);
    let others = others.map(|other| other.file_name.clone()).chain(release.other_files.iter().cloned());
    let not_looked_at = others.take(20).map(|file| format!("{file} of the same release")).collect();
    let version = release.version.as_str().to_owned();
    Ok(Fetched {
        package: affected(&release.spec),
        version: Some(version),
        distribution: Some(fetched.sha256),
        account: String::new(),
        parts: vec![Part {
            path: shown(&fetched.distribution.file_name),
            skill: None,
            bundle: fetched.files.into_files(),
        }],
        unread: Vec::new(),
        not_looked_at,
    })
}

fn shown(path: &str) -> String {
    if path.is_empty() { ".".to_owned() } else { sanitise_line(path, 200) }
}
