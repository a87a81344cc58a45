//! One file from a URL that a stranger names, and what is in it.

use std::time::Duration;

use url::Url;

use super::archive::{ArchiveBounds, is_archive_name, unpack};
use super::error::shown;
use super::gather::is_instructions;
use super::web::{Limits, Reach, WebClient, WebRequest};
use super::{ReadBounds, SourceError};
use crate::skill::{BundlePath, FileContent, RawBundle, RawFile, Sha256Digest, limits};

/// A file as its host gave it.
#[derive(Debug, Clone)]
pub struct Download {
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    bytes: Vec<u8>,
    url: Url,
    bounds: ReadBounds,
}

/// Files of a download that are scanned together.
#[derive(Debug, Clone)]
pub struct DownloadedPart {
    /// The folder of a skill in an archive, empty for its root; none where the files are no
    /// skill. Author-controlled.
    pub skill_folder: Option<String>,
    /// The files; nothing is checked yet.
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
    /// Returns the files in parts: of an archive each skill, and what lies in none of them; else
    /// the file alone.
    ///
    /// # Errors
    /// Fails where there are too many skills, or an archive is packed so that nobody can say which
    /// bytes a verdict would be about.
    pub fn parts(&self) -> Result<Vec<DownloadedPart>, SourceError> {
        let name = shown(self.url.as_str());
        let file_name = self.url.path().rsplit('/').next().unwrap_or_default();
        if !is_archive(&self.bytes) && !is_archive_name(file_name) {
            return Ok(vec![self.alone(file_name)?]);
        }
        let many = ArchiveBounds::MANY;
        let bounds = ArchiveBounds {
            entries: many.entries.min(self.bounds.entries),
            bytes: many.bytes.min(self.bounds.fetch_bytes),
            kept_bytes: many.kept_bytes,
        };
        let unpacked = unpack(self.bytes.as_slice(), bounds).map_err(|error| error.of_source(&name))?;
        let found = unpacked.skills();
        if found.len() as u64 > self.bounds.skills {
            return Err(SourceError::TooMany { repository: name, what: "skills", limit: self.bounds.skills });
        }
        let folders: Vec<String> = found.iter().map(|(folder, _)| folder.clone()).collect();
        let read = |(folder, file_name): (String, String)| {
            let bundle = unpacked.bundle(&folder, &file_name);
            let refuse = |reason| SourceError::Refused { source_name: shown(&format!("{folder}/{file_name}")), reason };
            Ok(DownloadedPart { bundle: bundle.map_err(refuse)?, skill_folder: Some(folder) })
        };
        let mut parts: Vec<DownloadedPart> = found.into_iter().map(read).collect::<Result<_, SourceError>>()?;
        let rest = unpacked.outside_of(&folders);
        parts.extend(rest.map(|bundle| DownloadedPart { skill_folder: None, bundle }));
        Ok(parts)
    }

    fn alone(&self, file_name: &str) -> Result<DownloadedPart, SourceError> {
        if self.bytes.len() as u64 > limits::FILE_BYTES {
            return Err(SourceError::TooLarge { url: shown(self.url.as_str()), limit: limits::FILE_BYTES });
        }
        let is_skill = is_instructions(file_name.as_bytes());
        // The name is kept where it can be that of a file; what it is called decides how it is read.
        let path = match (is_skill, BundlePath::try_from(file_name)) {
            (true, _) => "SKILL.md".to_owned(),
            (false, Ok(_)) => file_name.to_owned(),
            (false, Err(_)) => "file".to_owned(),
        };
        let content = FileContent::Bytes(self.bytes.clone());
        let bundle = RawBundle { files: vec![RawFile { path, content, is_executable: false }], unread: Vec::new() };
        Ok(DownloadedPart { skill_folder: is_skill.then(String::new), bundle })
    }
}

/// Tells whether bytes are those of an archive, whatever the file is called.
fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PK\x03\x04") || bytes.get(257..262) == Some(b"ustar")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::plain_tar::tar_of;
    use crate::source::tests::station::{Reply, Station};

    fn parts(path: &'static str, body: Vec<u8>) -> Vec<(Option<String>, Vec<String>)> {
        let station = Station::start(move |_| Reply::ok("application/octet-stream", &body));
        let client = DownloadClient::new(Reach::ThisMachine).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let download = runtime.block_on(client.fetch(&station.url(path), &ReadBounds::WIDEST)).expect("it is fetched");
        let names = |part: DownloadedPart| {
            let mut paths: Vec<String> = part.bundle.files.into_iter().map(|file| file.path).collect();
            paths.sort();
            (part.skill_folder, paths)
        };
        download.parts().expect("it is read").into_iter().map(names).collect()
    }

    #[test]
    fn every_file_of_a_download_is_in_one_part() {
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let packed = tar_of(&[("a/SKILL.md", "x"), ("a/run.sh", "y"), ("ab/lib.py", "z"), ("README.md", "r")]);
        let expected =
            [(Some("a".to_owned()), text(&["SKILL.md", "run.sh"])), (None, text(&["README.md", "ab/lib.py"]))];
        assert_eq!(parts("/x.tar", packed.clone()), expected);
        assert_eq!(parts("/x", packed), expected, "whatever it is called");
        let root = tar_of(&[("SKILL.md", "x"), ("lib/y.py", "y")]);
        assert_eq!(parts("/x.tar", root), [(Some(String::new()), text(&["SKILL.md", "lib/y.py"]))]);
        assert_eq!(parts("/skill.md", b"x".to_vec()), [(Some(String::new()), text(&["SKILL.md"]))]);
        assert_eq!(parts("/run.sh", b"x".to_vec()), [(None, text(&["run.sh"]))]);
        assert_eq!(parts("/", b"x".to_vec()), [(None, text(&["file"]))]);
    }

    #[test]
    fn what_strangers_may_not_ask_for_is_not_asked_for() {
        let canary = Station::start(|_| Reply::ok("text/plain", "heard"));
        let client = DownloadClient::new(Reach::Public).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let refused = runtime.block_on(client.fetch(&canary.url("/SKILL.md"), &ReadBounds::WIDEST));
        assert!(matches!(refused, Err(SourceError::Refused { .. })), "{refused:?}");
        let secret = runtime.block_on(client.fetch("https://somebody:hunter2@host.example/", &ReadBounds::WIDEST));
        assert!(!secret.expect_err("credentials are refused").to_string().contains("hunter2"));
        assert_eq!(canary.requests().len(), 0);
    }
}
