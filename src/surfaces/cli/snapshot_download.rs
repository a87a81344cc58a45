//! Fetching a snapshot. What comes is not believed; it is checked when it is taken over.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::paint::line;
use crate::config::is_private_network;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long nothing may come: the server makes a snapshot before it begins to send it.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// Bytes of a snapshot at most; ten million skills are a tenth of it.
const SNAPSHOT_BYTES: u64 = 256 * 1024 * 1024 * 1024;
/// Characters of an address that a message repeats.
const SHOWN_CHARACTERS: usize = 300;

/// Why a snapshot was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    /// The file cannot be read.
    #[error("cannot read the snapshot {path}: {source}")]
    File {
        /// The file, sanitised.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The address is none.
    #[error("`{url}` is no address of a snapshot: {reason}")]
    Address {
        /// The address, sanitised.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It did not come.
    #[error("cannot fetch {url}: {reason}")]
    Fetch {
        /// The address, sanitised.
        url: String,
        /// What failed, sanitised.
        reason: String,
    },
    /// There is no place for it.
    #[error("cannot keep the snapshot while it is fetched: {0}")]
    Keep(io::Error),
}

/// A server that gives an index away, or a file on one.
#[derive(Debug, Clone)]
pub(super) struct SnapshotServer {
    client: Client,
    base: Url,
}

impl SnapshotServer {
    /// Makes a client; nothing is sent yet. Without a digest to hold it to, a snapshot is fetched
    /// with encryption, or from this machine or a private network.
    pub fn new(url: &str, is_pinned: bool) -> Result<Self, DownloadError> {
        let refuse = |reason| DownloadError::Address { url: line(url, SHOWN_CHARACTERS), reason };
        let base = Url::parse(url.trim()).map_err(|_| refuse("it is not a URL"))?;
        let host = base.host().ok_or_else(|| refuse("it has no host"))?;
        match base.scheme() {
            "https" => {}
            "http" if is_pinned || is_private_network(&host) => {}
            "http" => {
                return Err(refuse("without encryption anybody on the way can change it; use https, or --digest"));
            }
            _ => return Err(refuse("it does not begin with http:// or https://")),
        }
        let client = Client::builder()
            .user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            // Whoever is trusted is named by the operator.
            .redirect(Policy::none())
            .build()
            .map_err(|error| DownloadError::Fetch { url: line(url, SHOWN_CHARACTERS), reason: error.to_string() })?;
        Ok(Self { client, base })
    }

    /// Returns the address as a message may show it.
    pub fn shown(&self) -> String {
        shown(&self.base)
    }

    /// Fetches what the address names: a file, or the latest snapshot of a server.
    pub async fn file(&self, folder: &Path) -> Result<File, DownloadError> {
        if self.base.path() == "/" {
            return self.latest(folder).await;
        }
        let response = self.get(self.base.clone()).await?;
        self.keep(response, folder).await
    }

    /// Fetches the latest snapshot.
    pub async fn latest(&self, folder: &Path) -> Result<File, DownloadError> {
        let response = self.get(self.below("snapshot/latest")).await?;
        self.keep(response, folder).await
    }

    /// Fetches what has changed since a state; none where the server says that the whole index
    /// is to be taken.
    pub async fn delta(&self, since: u64, folder: &Path) -> Result<Option<File>, DownloadError> {
        let mut url = self.below("snapshot/delta");
        url.set_query(Some(&format!("since={since}")));
        let response = self.send(url).await?;
        if response.status() == StatusCode::GONE {
            return Ok(None);
        }
        let response = accept(response)?;
        self.keep(response, folder).await.map(Some)
    }

    fn below(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url
    }

    async fn get(&self, url: Url) -> Result<Response, DownloadError> {
        accept(self.send(url).await?)
    }

    async fn send(&self, url: Url) -> Result<Response, DownloadError> {
        self.client.get(url.clone()).send().await.map_err(|error| failed(&url, &error))
    }

    /// Writes a body into a file that has no name. A body that is shorter than it was said to be
    /// is an error of the connection.
    async fn keep(&self, mut response: Response, folder: &Path) -> Result<File, DownloadError> {
        let url = response.url().clone();
        let mut file = tempfile::tempfile_in(folder).map_err(DownloadError::Keep)?;
        let mut size_bytes = 0;
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&url, &error))? {
            size_bytes += chunk.len() as u64;
            if size_bytes > SNAPSHOT_BYTES {
                let reason = format!("it has more than {SNAPSHOT_BYTES} bytes");
                return Err(DownloadError::Fetch { url: shown(&url), reason });
            }
            file.write_all(&chunk).map_err(DownloadError::Keep)?;
        }
        file.rewind().map_err(DownloadError::Keep)?;
        Ok(file)
    }
}

fn accept(response: Response) -> Result<Response, DownloadError> {
    if response.status() == StatusCode::OK {
        return Ok(response);
    }
    let reason = format!("the server answers {}; is it `touchmark snapshot serve`?", response.status().as_u16());
    Err(DownloadError::Fetch { url: shown(response.url()), reason })
}

fn failed(url: &Url, error: &reqwest::Error) -> DownloadError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        reason.push_str(&format!(": {inner}"));
        source = inner.source();
    }
    DownloadError::Fetch { url: shown(url), reason: line(&reason, SHOWN_CHARACTERS) }
}

fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    line(url.as_str(), SHOWN_CHARACTERS)
}
