//! What `touchmark ingest` was asked to read.

use std::fs;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::skill::{BundlePath, limits};

use super::archive::is_archive_name;
use super::error::{shown, shown_path};
use super::gather::is_instructions;
use super::remote_url::{canonical_url, read_url, scheme};
use super::{SourceError, WebProtocol, WebSpec};

/// Characters that are escaped in a `file://` URL and in what follows `#`.
const ESCAPES: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}');
/// Bytes of a source's text; the longest path and a URL around it.
const SPEC_BYTES: usize = 8_192;
/// Endings of corpus files.
const CORPUS_ENDINGS: &[&str] = &[".jsonl", ".jsonl.gz", ".jsonl.zst"];

/// What `touchmark ingest` was asked to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// Every skill at or below a folder on this machine.
    Folder(PathBuf),
    /// Every skill of one commit of a git repository.
    Git(GitSpec),
    /// A file of skills, one JSON object a line, plain or compressed.
    Corpus(PathBuf),
    /// Every skill in an archive on this machine.
    Archive(PathBuf),
    /// Every skill that a host offers over HTTP.
    Web(WebSpec),
}

/// A git repository, and what of it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitSpec {
    /// Where the repository is.
    pub location: GitLocation,
    /// The branch, tag or commit; the repository's HEAD where there is none.
    pub reference: Option<String>,
    /// The folder at or below which skills are read, without slashes at its ends; the whole
    /// repository where there is none.
    pub path: Option<String>,
}

/// Where a git repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitLocation {
    /// An `https://` or `http://` URL without user, password, query and fragment.
    Remote(String),
    /// A folder on this machine, bare or not.
    OnDisk(PathBuf),
}

impl SourceSpec {
    /// Reads a source as people write it.
    ///
    /// A folder; a git repository (`https://…`, `file://…`, `github:owner/repository`, a local
    /// folder that is the root of a repository), optionally with `#reference`, `#reference:path`
    /// or `#:path`; an archive (`.zip`, `.tar`, `.tar.gz`, `.tgz`, `.skill`); a corpus file
    /// (`.jsonl`, `.jsonl.gz`, `.jsonl.zst`); a host that offers skills
    /// (`well-known:https://…`, `clawhub:https://…`, `mcp:https://…`). The prefixes `folder:`,
    /// `git:`, `archive:` and `corpus:` force the kind. What follows `#` is percent-decoded. Local paths are
    /// looked up, and links to them resolved. What [`SourceSpec::key`] gives is read back.
    ///
    /// # Errors
    /// Fails where the text is none of these, or names a path that does not exist.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if text.trim().is_empty() {
            return Err(SourceError::not_a_source(text, "it is empty"));
        }
        if text.len() > SPEC_BYTES || text.chars().any(char::is_control) {
            return Err(SourceError::not_a_source(text, "it is too long or holds control characters"));
        }
        if let Some(path) = text.strip_prefix("folder:") {
            return existing(path).and_then(folder);
        }
        if let Some(path) = text.strip_prefix("corpus:") {
            return existing(path).and_then(corpus);
        }
        if let Some(path) = text.strip_prefix("archive:") {
            return existing(path).and_then(archive);
        }
        for protocol in WebProtocol::ALL {
            let rest = text.strip_prefix(protocol.prefix()).and_then(|rest| rest.strip_prefix(':'));
            if let Some(url) = rest {
                return WebSpec::parse(protocol, url).map(Self::Web);
            }
        }
        if let Some(name) = text.strip_prefix("github:") {
            return remote(&format!("https://github.com/{name}"));
        }
        let (is_git, text) = match text.strip_prefix("git:") {
            Some(rest) if !rest.starts_with("//") => (true, rest),
            _ => (false, text),
        };
        match scheme(text) {
            Some("http" | "https") => remote(text),
            Some("file") => file_url(text, is_git),
            Some(other) => Err(SourceError::UnsupportedScheme { scheme: shown(other) }),
            None => local(text, is_git),
        }
    }

    /// Returns canonical text that identifies the source across runs, such as
    /// `folder:/abs/path`, `git:https://github.com/o/r#main:skills`, `git:file:///abs/r.git`,
    /// `corpus:/abs/file.jsonl`.
    pub fn key(&self) -> String {
        match self {
            Self::Folder(path) => format!("folder:{}", absolute(path)),
            Self::Corpus(path) => format!("corpus:{}", absolute(path)),
            Self::Archive(path) => format!("archive:{}", absolute(path)),
            Self::Git(spec) => spec.key(),
            Self::Web(spec) => spec.key(),
        }
    }
}

impl GitSpec {
    fn key(&self) -> String {
        let location = match &self.location {
            GitLocation::Remote(url) => canonical_url(url),
            GitLocation::OnDisk(path) => format!("file://{}", utf8_percent_encode(&absolute(path), ESCAPES)),
        };
        let reference = self.reference.as_deref().unwrap_or_default();
        let path = self.path.as_deref().unwrap_or_default();
        let colon = if path.is_empty() { "" } else { ":" };
        let hash = if reference.is_empty() && path.is_empty() { "" } else { "#" };
        format!(
            "git:{location}{hash}{}{colon}{}",
            utf8_percent_encode(reference, ESCAPES),
            utf8_percent_encode(path, ESCAPES)
        )
    }
}

fn remote(text: &str) -> Result<SourceSpec, SourceError> {
    let (location, fragment) = split_fragment(text);
    let (url, page) = read_url(location)?;
    let (reference, path) = read_fragment(fragment.or(page.as_deref()))?;
    Ok(SourceSpec::Git(GitSpec { location: GitLocation::Remote(url), reference, path }))
}

fn file_url(text: &str, is_git: bool) -> Result<SourceSpec, SourceError> {
    let (location, fragment) = split_fragment(text);
    let path = location.get("file://".len()..).unwrap_or_default();
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let path = decode(path)?;
    if !path.starts_with('/') {
        return Err(SourceError::not_a_source(text, "a file:// URL has three slashes before its path"));
    }
    let path = existing(&path)?;
    if is_git || fragment.is_some() { git_on_disk(path, fragment) } else { detect(path) }
}

fn local(text: &str, is_git: bool) -> Result<SourceSpec, SourceError> {
    if fs::symlink_metadata(text).is_ok() {
        let path = existing(text)?;
        return if is_git { git_on_disk(path, None) } else { detect(path) };
    }
    let (path, fragment) = split_fragment(text);
    if fragment.is_some() && !path.is_empty() {
        return git_on_disk(existing(path)?, fragment);
    }
    if text.starts_with("github.com/") {
        return remote(&format!("https://{text}"));
    }
    existing(text).and_then(detect)
}

/// Finds out what stands at a path that exists.
fn detect(path: PathBuf) -> Result<SourceSpec, SourceError> {
    if is_repository_root(&path) {
        git_on_disk(path, None)
    } else if path.is_dir() {
        folder(path)
    } else if path.file_name().and_then(|name| name.to_str()).is_some_and(is_archive_name) {
        archive(path)
    } else {
        corpus(path)
    }
}

fn folder(path: PathBuf) -> Result<SourceSpec, SourceError> {
    if path.is_dir() {
        return Ok(SourceSpec::Folder(path));
    }
    let is_skill = path.file_name().is_some_and(|name| is_instructions(name.as_encoded_bytes()));
    let reason = if is_skill { "it is one file; give the folder that holds it" } else { "it is not a folder" };
    Err(SourceError::not_a_source(&shown_path(&path), reason))
}

fn corpus(path: PathBuf) -> Result<SourceSpec, SourceError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    if path.is_file() && CORPUS_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Ok(SourceSpec::Corpus(path));
    }
    if is_instructions(name.as_bytes()) {
        return folder(path);
    }
    Err(SourceError::not_a_source(&shown_path(&path), "it is neither a corpus file nor an archive"))
}

fn archive(path: PathBuf) -> Result<SourceSpec, SourceError> {
    if path.is_file() {
        return Ok(SourceSpec::Archive(path));
    }
    Err(SourceError::not_a_source(&shown_path(&path), "it is not a file"))
}

fn git_on_disk(path: PathBuf, fragment: Option<&str>) -> Result<SourceSpec, SourceError> {
    let (reference, folder) = read_fragment(fragment)?;
    // `repository/.git` and `repository` are one source.
    let path = match path.parent() {
        Some(parent) if path.ends_with(".git") && parent.join(".git").is_dir() => parent.to_owned(),
        _ => path,
    };
    Ok(SourceSpec::Git(GitSpec { location: GitLocation::OnDisk(path), reference, path: folder }))
}

fn is_repository_root(path: &Path) -> bool {
    path.join(".git").exists()
        || (path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir())
}

/// Resolves a local path, which must exist and be text.
fn existing(text: &str) -> Result<PathBuf, SourceError> {
    let path = Path::new(text);
    let resolved = fs::canonicalize(path).map_err(|error| SourceError::of_io(path, &error))?;
    match resolved.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(resolved),
        _ => Err(SourceError::unreadable(&resolved, "the path is not UTF-8 or holds control characters")),
    }
}

fn split_fragment(text: &str) -> (&str, Option<&str>) {
    text.split_once('#').map_or((text, None), |(location, fragment)| (location, Some(fragment)))
}

/// Reads `reference`, `reference:path` or `:path`, percent-encoded.
fn read_fragment(fragment: Option<&str>) -> Result<(Option<String>, Option<String>), SourceError> {
    let fragment = fragment.unwrap_or_default();
    let (reference, path) = fragment.split_once(':').unwrap_or((fragment, ""));
    Ok((read_reference(&decode(reference)?)?, read_folder(&decode(path)?)?))
}

fn read_reference(text: &str) -> Result<Option<String>, SourceError> {
    // HEAD is what is read without a reference, and the name of no branch.
    if text.is_empty() || text == "HEAD" {
        return Ok(None);
    }
    match gix::refs::PartialName::try_from(text) {
        Ok(_) if text.len() <= limits::NAME_BYTES => Ok(Some(text.to_owned())),
        _ => Err(SourceError::not_a_source(text, "it is no name of a branch, tag or commit")),
    }
}

fn read_folder(text: &str) -> Result<Option<String>, SourceError> {
    let path = text.trim_matches('/');
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = if is_instructions(name.as_bytes()) { parent } else { path };
    if folder.is_empty() {
        return Ok(None);
    }
    BundlePath::try_from(folder).map_err(|error| SourceError::not_a_source(text, error.to_string()))?;
    Ok(Some(folder.to_owned()))
}

fn decode(text: &str) -> Result<String, SourceError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) if !decoded.chars().any(char::is_control) => Ok(decoded.into_owned()),
        _ => Err(SourceError::not_a_source(text, "its escapes are not UTF-8 or hide control characters")),
    }
}

fn absolute(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}
