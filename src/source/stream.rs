//! What every source yields: skills, and what could not be read.

use std::path::Path;

use crate::skill::{RawBundle, SkillSource, sanitise_line};

use super::archive::ArchiveStream;
use super::corpus::CorpusStream;
use super::error::shown;
use super::folder::FolderStream;
use super::git::{GitStream, commit_on_disk};
use super::git_fetch::remote_commit;
use super::host::{self, ClawHubStream, McpStream, WellKnownStream};
use super::{GitLocation, GitSpec, ReadBounds, SourceError, SourceSpec, WebProtocol};

/// A skill as its source handed it over; nothing in the bundle is checked yet.
#[derive(Debug, Clone)]
pub struct FoundSkill {
    /// Where it was found.
    pub source: SkillSource,
    /// Its files, with a SKILL.md (in some case) at the root that is a regular file.
    pub bundle: RawBundle,
    /// The name of its folder, which the frontmatter should repeat; author-controlled.
    pub folder_name: Option<String>,
}

/// One thing that a source yields.
#[derive(Debug, Clone)]
pub enum SourceItem {
    /// A skill.
    Skill(Box<FoundSkill>),
    /// Something that could not be read.
    Failure(SourceFailure),
}

/// Something that could not be read; reading usually goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFailure {
    /// The path or the row, sanitised.
    pub location: String,
    /// Why it could not be read, sanitised.
    pub reason: String,
    /// Why nothing after it could be read either, where that is so: what was not seen is then
    /// not gone.
    pub ends_stream: Option<StreamEnd>,
}

/// Why a source is not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// The network failed or a host was busy: it may well be read later.
    Interrupted,
    /// It is too large, too slow or damaged: reading it again would end there again.
    Stopped,
}

impl SourceFailure {
    /// Notes that what stands at `location` could not be read.
    pub fn new(location: &str, reason: impl AsRef<str>) -> Self {
        let location = sanitise_line(location, crate::skill::limits::PATH_BYTES);
        Self { location, reason: shown(reason.as_ref()), ends_stream: None }
    }

    /// Says that nothing after it could be read either.
    pub fn ending_the_stream(self, end: StreamEnd) -> Self {
        Self { ends_stream: Some(end), ..self }
    }
}

/// The skills of a source, read one by one as they are asked for.
///
/// The order is that of the paths' bytes, or of the rows. Each item is bounded by
/// [`limits`](crate::skill::limits), so memory is too, whatever the source holds.
pub trait SkillStream: Iterator<Item = SourceItem> + Send {
    /// Returns the work done and the total, in the same unit (bytes or skills).
    ///
    /// The total is `None` where it is not known before the end.
    fn progress(&self) -> (u64, Option<u64>);
}

/// Opens a source for reading. A remote repository is fetched before this returns.
///
/// # Errors
/// Fails where nothing of the source can be read.
pub fn open(spec: &SourceSpec) -> Result<Box<dyn SkillStream>, SourceError> {
    open_within(spec, &ReadBounds::WIDEST, None)
}

/// Opens a source that may only be so large; see [`open`]. A repository is fetched into a folder
/// below `scratch`, which whoever names it clears away where the process is killed; else below
/// that of the system.
///
/// # Errors
/// Fails where nothing of the source can be read, or a repository is beyond the bounds. Folders
/// and corpus files are read as they are asked for, so that nobody knows their size before.
pub fn open_within(
    spec: &SourceSpec,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
) -> Result<Box<dyn SkillStream>, SourceError> {
    Ok(match spec {
        SourceSpec::Folder(path) => Box::new(FolderStream::open(path)?),
        SourceSpec::Git(spec) => Box::new(GitStream::open(spec, bounds, scratch)?),
        SourceSpec::Corpus(path) => Box::new(CorpusStream::open(path)?),
        SourceSpec::Archive(path) => Box::new(ArchiveStream::open(path, bounds)?),
        SourceSpec::Web(spec) => match spec.protocol() {
            WebProtocol::WellKnown => Box::new(WellKnownStream::open(spec, bounds)?),
            WebProtocol::ClawHub => Box::new(ClawHubStream::open(spec, bounds)?),
            WebProtocol::Mcp => Box::new(McpStream::open(spec, bounds)?),
        },
    })
}

/// Returns a text that stays the same for as long as a source does: the commit of a repository,
/// for which its host is asked and nothing is fetched, or the digest of what a host lists.
/// `None` where only reading tells.
///
/// # Errors
/// Fails where the source cannot be asked.
pub fn current_revision(
    spec: &SourceSpec,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
) -> Result<Option<String>, SourceError> {
    revision_since(spec, bounds, scratch, None)
}

/// As [`current_revision`], for whoever knows the text of an earlier time: a host that can tell
/// so answers that nothing changed, and sends nothing.
///
/// # Errors
/// Fails where the source cannot be asked.
pub fn revision_since(
    spec: &SourceSpec,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
    known: Option<&str>,
) -> Result<Option<String>, SourceError> {
    let GitSpec { location, reference, .. } = match spec {
        SourceSpec::Git(spec) => spec,
        SourceSpec::Web(spec) => return host::revision(spec, bounds, known),
        SourceSpec::Folder(_) | SourceSpec::Corpus(_) | SourceSpec::Archive(_) => return Ok(None),
    };
    match location {
        GitLocation::OnDisk(path) => commit_on_disk(path, reference.as_deref()),
        GitLocation::Remote(url) => remote_commit(url, reference.as_deref(), bounds, scratch),
    }
}
