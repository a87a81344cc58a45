//! One file from a URL that a stranger names, and the skills in it.

use std::time::Duration;

use url::Url;

use super::archive::{ArchiveBounds, unpack};
use super::error::shown;
use super::gather::is_instructions;
use super::web::{Limits, Reach, WebClient, WebRequest};
use super::{ReadBounds, SourceError};
use crate::skill::{FileContent, RawBundle, RawFile, Sha256Digest, limits};

/// A file as its host gave it.
#[derive(Debug, Clone)]
pub struct Download {
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    bytes: Vec<u8>,
    url: Url,
    bounds: ReadBounds,
}

/// The files of a skill that was found in a download.
#[derive(Debug, Clone)]
pub struct DownloadedSkill {
    /// Its folder in the archive, empty for the root; author-controlled.
    pub folder: String,
    /// Its files; nothing is checked yet.
    pub bundle: RawBundle,
}

/// Fetches files: over `https://` from public addresses only, with few redirects, each of them
/// checked, within bounds.
#[derive(Debug, Clone)]
pub struct DownloadClient {
    client: WebClient,
}

impl DownloadClient {
    /// Makes a client; nothing is asked yet.
    ///
    /// # Errors
    /// Fails where the system has no TLS.
    pub fn new(reach: Reach) -> Result<Self, SourceError> {
        Ok(Self { client: WebClient::new(reach).map_err(|error| error.of_source("the network"))? })
    }

    /// Fetches the file at a URL.
    ///
    /// # Errors
    /// Fails where the URL may not be asked, there is nothing, or it is beyond the bounds.
    pub async fn fetch(&self, url: &str, bounds: &ReadBounds) -> Result<Download, SourceError> {
        // What stands before `@` may be a password.
        let name = shown(url.rsplit_once('@').map_or(url, |(_, rest)| rest));
        let parsed = Url::parse(url).map_err(|error| SourceError::not_a_source(&name, error.to_string()))?;
        let limits = Limits { body_bytes: bounds.fetch_bytes, time: bounds.fetch_time.max(Duration::from_secs(1)) };
        let answer = self.client.send(WebRequest::get(parsed, "*/*"), limits).await;
        let answer = answer.map_err(|error| error.of_source(&name))?;
        if answer.status != 200 {
            return Err(super::web::WebError::Status(answer.status).of_source(&name));
        }
        Ok(Download { sha256: Sha256Digest::of(&answer.body), bytes: answer.body, url: answer.url, bounds: *bounds })
    }
}

impl Download {
    /// Returns the skills of an archive, or the one skill that a SKILL.md alone is.
    ///
    /// # Errors
    /// Fails where the file is neither, has no skill or too many, or is packed so that nobody can
    /// say which bytes a verdict would be about.
    pub fn skills(&self) -> Result<Vec<DownloadedSkill>, SourceError> {
        let name = shown(self.url.as_str());
        let file_name = self.url.path().rsplit('/').next().unwrap_or_default();
        if is_instructions(file_name.as_bytes()) {
            if self.bytes.len() as u64 > limits::FILE_BYTES {
                return Err(SourceError::TooLarge { url: name, limit: limits::FILE_BYTES });
            }
            let content = FileContent::Bytes(self.bytes.clone());
            let file = RawFile { path: "SKILL.md".to_owned(), content, is_executable: false };
            let bundle = RawBundle { files: vec![file], unread: Vec::new() };
            return Ok(vec![DownloadedSkill { folder: String::new(), bundle }]);
        }
        let many = ArchiveBounds::MANY;
        let bounds = ArchiveBounds {
            entries: many.entries.min(self.bounds.entries),
            bytes: many.bytes.min(self.bounds.fetch_bytes),
        };
        let unpacked = unpack(self.bytes.as_slice(), bounds).map_err(|error| error.of_source(&name))?;
        let found = unpacked.skills();
        if found.len() as u64 > self.bounds.skills {
            return Err(SourceError::TooMany { repository: name, what: "skills", limit: self.bounds.skills });
        }
        let read = |(folder, file_name): (String, String)| {
            let bundle = unpacked.bundle(&folder, &file_name);
            let refuse = |reason| SourceError::Refused { source_name: shown(&format!("{folder}/{file_name}")), reason };
            Ok(DownloadedSkill { bundle: bundle.map_err(refuse)?, folder })
        };
        found.into_iter().map(read).collect()
    }
}
