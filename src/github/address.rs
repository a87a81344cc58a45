//! Where a GitHub is: its API, and the place that its repositories are cloned from.

use std::path::{Path, PathBuf};

use url::Url;

use super::RepositoryName;
use crate::skill::{RepositoryKey, SourceIdentity};

/// Where a GitHub is: github.com, one of a company, or a stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubAddress {
    api: Url,
    clones: Clones,
}

/// Where repositories are cloned from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clones {
    /// A URL without a slash at its end.
    Remote(String),
    /// A folder of folders of repositories.
    OnDisk(PathBuf),
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The address of the API is none.
    #[error("{0} is no address of an API: expected http:// or https://, a host, and no query")]
    Api(String),
    /// The address of the repositories is none.
    #[error("{0} is no address of repositories: expected https://, http:// or file:// and a folder that is there")]
    Clones(String),
}

impl GithubAddress {
    /// Reads the addresses of an API, such as `https://api.github.com` or
    /// `https://github.example/api/v3`, and of the place that repositories are cloned from, such
    /// as `https://github.com`.
    ///
    /// # Errors
    /// Fails where one of them is none. A folder has to be there.
    pub fn new(api: &str, clones: &str) -> Result<Self, AddressError> {
        let of_api = || AddressError::Api(without_user(api));
        let mut url = Url::parse(api.trim()).map_err(|_| of_api())?;
        let is_plain = url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain || has_user {
            return Err(of_api());
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let clones = read_clones(clones.trim()).ok_or_else(|| AddressError::Clones(without_user(clones)))?;
        Ok(Self { api: url, clones })
    }

    /// Returns the URL of a path of the API, whose parts are plain, with a query.
    pub(super) fn endpoint(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.api.clone();
        url.set_path(&format!("{}/{path}", self.api.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Tells whether a URL is one of the API, so that the token may be sent there.
    pub(super) fn is_of_api(&self, url: &Url) -> bool {
        let base = format!("{}/", self.api.path().trim_end_matches('/'));
        url.origin() == self.api.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path().starts_with(&base)
    }

    /// Tells whether the API is on this machine, which no proxy is asked for.
    pub(super) fn is_here(&self) -> bool {
        matches!(self.api.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    }

    /// Returns a repository as a source that `touchmark ingest` takes.
    pub fn source_of(&self, repository: &RepositoryName) -> String {
        match &self.clones {
            Clones::Remote(base) => format!("git:{base}/{repository}"),
            Clones::OnDisk(base) => {
                format!("git:{}", base.join(repository.owner()).join(repository.name()).display())
            }
        }
    }

    /// Reads `github:owner/repository` as this GitHub means it, with what follows `#`; `None`
    /// where the text is none of these.
    pub fn resolve(&self, text: &str) -> Option<String> {
        let rest = text.strip_prefix("github:")?;
        let (repository, fragment) = rest.split_once('#').map_or((rest, None), |(name, rest)| (name, Some(rest)));
        let source = self.source_of(&RepositoryName::parse(repository)?);
        Some(fragment.map_or(source.clone(), |fragment| format!("{source}#{fragment}")))
    }

    /// Names the repository that is cloned from a URL, where it is one of this GitHub.
    pub fn repository_at(&self, url: &str) -> Option<RepositoryName> {
        let Clones::Remote(base) = &self.clones else { return None };
        // Schemes and hosts have no case, and neither have names on GitHub.
        let start = url.get(..base.len()).filter(|start| start.eq_ignore_ascii_case(base))?;
        RepositoryName::parse(url[start.len()..].strip_prefix('/')?)
    }

    /// Names the repository in a folder of this machine, where it is one of this GitHub.
    pub fn repository_in(&self, folder: &Path) -> Option<RepositoryName> {
        let Clones::OnDisk(base) = &self.clones else { return None };
        RepositoryName::parse(folder.strip_prefix(base).ok()?.to_str()?)
    }

    /// Returns the key under which facts of a repository are remembered: that of the skills that
    /// are read from it.
    pub fn key_of(&self, repository: &RepositoryName) -> Option<RepositoryKey> {
        let identity = match &self.clones {
            Clones::Remote(base) => SourceIdentity::of_clone_url(&format!("{base}/{repository}"), "").ok()?,
            Clones::OnDisk(base) => {
                let folder = base.join(repository.owner()).join(repository.name());
                SourceIdentity::git_on_disk(&folder.to_string_lossy(), "")
            }
        };
        RepositoryKey::of(&identity)
    }
}

fn read_clones(text: &str) -> Option<Clones> {
    let url = Url::parse(text).ok()?;
    match url.scheme() {
        "http" | "https" if url.has_host() && url.password().is_none() && url.username().is_empty() => {
            (url.query().is_none() && url.fragment().is_none())
                .then(|| Clones::Remote(url.as_str().trim_end_matches('/').to_owned()))
        }
        "file" => std::fs::canonicalize(url.to_file_path().ok()?).ok().map(Clones::OnDisk),
        _ => None,
    }
}

/// Returns a text for a message, without what may be a password.
fn without_user(text: &str) -> String {
    let rest = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    crate::skill::sanitise_line(rest, 200)
}
