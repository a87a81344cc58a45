//! Skills that a host lists itself: Agent Skills discovery 0.2.0 and 0.1
//! (cloudflare/agent-skills-discovery-rfc).

use reqwest::header::IF_NONE_MATCH;
use url::Url;

use super::discovery_index::{Entry, Form, Index};
use super::trouble::{Patience, Trouble};
use crate::skill::{
    FileContent, RawBundle, Registry, Sha256Digest, SkillSource, SourceIdentity, limits, sanitise_line,
};
use crate::source::archive::{ArchiveBounds, unpack};
use crate::source::gather::{Gathering, is_left_out};
use crate::source::web::{Answer, Session, WebError, WebRequest};
use crate::source::{FoundSkill, ReadBounds, SkillStream, SourceError, SourceFailure, SourceItem, StreamEnd, WebSpec};

/// Where an index stands below the URL of a source, the newer place first.
const PLACES: [&str; 2] = [".well-known/agent-skills/index.json", ".well-known/skills/index.json"];
/// Bytes of an index; one of 100,000 skills has about half of them.
const INDEX_BYTES: u64 = 32 * 1024 * 1024;
const JSON: &str = "application/json";
const ANY: &str = "*/*";

/// The skills of an index, in its order.
pub(in crate::source) struct WellKnownStream {
    session: Session,
    spec: WebSpec,
    entries: std::vec::IntoIter<Entry>,
    refused: std::vec::IntoIter<(String, String)>,
    total: u64,
    /// Files that may be asked for one by one.
    files_left: u64,
    file_limit: u64,
    patience: Patience,
    is_ended: bool,
}

impl WellKnownStream {
    pub(in crate::source) fn open(spec: &WebSpec, bounds: &ReadBounds) -> Result<Self, SourceError> {
        let failed = |error: WebError| error.of_source(spec.url().as_str());
        let mut session = Session::open(spec.url(), bounds).map_err(failed)?;
        let answer = fetch_index(&mut session, spec, None).map_err(failed)?;
        let index = parse(&answer, spec, bounds)?;
        Ok(Self {
            session,
            spec: spec.clone(),
            total: index.entries.len() as u64,
            entries: index.entries.into_iter(),
            refused: index.refused.into_iter(),
            files_left: bounds.entries,
            file_limit: bounds.entries,
            patience: Patience::default(),
            is_ended: false,
        })
    }

    fn read(&mut self, entry: &Entry) -> Result<FoundSkill, Trouble> {
        let (bundle, file_name) = match &entry.form {
            Form::Archive { url, digest } => self.read_archive(url, digest)?,
            Form::Instructions { url, digest, others } => self.read_files(url, Some(digest), others)?,
            Form::Files { folder, files } => {
                let named = files.iter().find(|path| path.eq_ignore_ascii_case("SKILL.md"));
                let url = below(folder, named.map_or("SKILL.md", String::as_str));
                let others: Vec<String> = files.iter().filter(|path| Some(*path) != named).cloned().collect();
                self.read_files(&url, None, &others)?
            }
        };
        let identity = SourceIdentity::new(&self.spec.host(), "", self.spec.path(), &entry.name);
        let mut source = SkillSource::new(identity, Registry::WellKnown);
        source.file_name = file_name;
        Ok(FoundSkill { source, bundle, folder_name: Some(entry.name.clone()) })
    }

    fn read_archive(&mut self, url: &Url, digest: &Sha256Digest) -> Result<(RawBundle, String), Trouble> {
        let packed = self.fetch(url, Some(digest), limits::BUNDLE_BYTES)?;
        let unpacked = unpack(packed.as_slice(), ArchiveBounds::SKILL)
            .map_err(|error| Trouble::of_skill(format!("the archive is not taken: {error}")))?;
        let skills = unpacked.skills();
        let root = skills.iter().find(|(folder, _)| folder.is_empty());
        let (folder, file_name) = root.ok_or_else(|| Trouble::of_skill("the archive has no SKILL.md at its root"))?;
        let bundle = unpacked.bundle(folder, file_name).map_err(Trouble::of_skill)?;
        Ok((bundle, file_name.clone()))
    }

    /// Reads instructions, and files that stand beside them.
    fn read_files(
        &mut self,
        url: &Url,
        digest: Option<&Sha256Digest>,
        others: &[String],
    ) -> Result<(RawBundle, String), Trouble> {
        let mut gathering = Gathering::default();
        let instructions = self.fetch(url, digest, limits::FILE_BYTES)?;
        gathering.add("SKILL.md".to_owned(), FileContent::Bytes(instructions), false);
        for path in others {
            let is_part = path != "SKILL.md" && !path.split('/').any(|part| is_left_out(part.as_bytes()));
            if !is_part || !gathering.admits(path, 0) {
                continue;
            }
            match self.fetch(&beside(url, path), None, limits::FILE_BYTES) {
                Ok(bytes) if gathering.admits(path, bytes.len() as u64) => {
                    gathering.add(path.clone(), FileContent::Bytes(bytes), false);
                }
                Ok(_) => {}
                Err(trouble) if trouble.is_passing() => return Err(trouble),
                Err(trouble) => gathering.leave(path, None, trouble.reason()),
            }
        }
        Ok((gathering.finish(), "SKILL.md".to_owned()))
    }

    fn fetch(&mut self, url: &Url, digest: Option<&Sha256Digest>, limit: u64) -> Result<Vec<u8>, Trouble> {
        if self.files_left == 0 {
            return Err(Trouble::of_skill(format!("the host has more than {} files", self.file_limit)));
        }
        self.files_left -= 1;
        let what = sanitise_line(url.as_str(), 200);
        let answer = self.session.get(url.clone(), ANY, limit).map_err(|error| Trouble::of_web(&what, &error))?;
        let found = Sha256Digest::of(&answer.body);
        match digest {
            Some(digest) if *digest != found => Err(Trouble::of_skill(format!(
                "the bytes are not those of the index: {found} is served, {digest} is promised"
            ))),
            _ => Ok(answer.body),
        }
    }

    fn end(&mut self, end: StreamEnd, reason: &str) -> Option<SourceItem> {
        self.is_ended = true;
        Some(SourceItem::Failure(SourceFailure::new(self.spec.url().as_str(), reason).ending_the_stream(end)))
    }
}

impl Iterator for WellKnownStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if self.is_ended {
            return None;
        }
        if self.patience.is_over() {
            return self.end(
                StreamEnd::Interrupted,
                "the host did not answer several times in a row; the rest was not asked for",
            );
        }
        let Some(entry) = self.entries.next() else {
            let (name, reason) = self.refused.next()?;
            return Some(SourceItem::Failure(SourceFailure::new(&name, reason)));
        };
        if self.session.is_over() {
            return self.end(StreamEnd::Stopped, "the time for this source is over; the rest was not asked for");
        }
        Some(match self.read(&entry) {
            Ok(skill) => {
                self.patience.restore();
                SourceItem::Skill(Box::new(skill))
            }
            Err(trouble) => SourceItem::Failure(self.patience.failure(&entry.name, &trouble)),
        })
    }
}

impl SkillStream for WellKnownStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.total - self.entries.len() as u64, Some(self.total))
    }
}

/// Returns the digest of the index, and what the host wants to hear to say that it is the same.
/// `None` where the index does not pin what it lists.
pub(super) fn revision(
    spec: &WebSpec,
    bounds: &ReadBounds,
    known: Option<&str>,
) -> Result<Option<String>, SourceError> {
    let failed = |error: WebError| error.of_source(spec.url().as_str());
    let mut session = Session::open(spec.url(), bounds).map_err(failed)?;
    let (digest, tag) = known
        .map_or(("", None), |known| known.split_once(' ').map_or((known, None), |(digest, tag)| (digest, Some(tag))));
    let answer = fetch_index(&mut session, spec, tag).map_err(failed)?;
    if answer.status == 304 {
        return Ok(known.map(str::to_owned));
    }
    if !parse(&answer, spec, bounds)?.is_pinned() {
        return Ok(None);
    }
    let found = Sha256Digest::of(&answer.body).to_string();
    // Another tag for the same bytes is no change.
    if found == digest {
        return Ok(known.map(str::to_owned));
    }
    Ok(Some(answer.entity_tag().map_or_else(|| found.clone(), |tag| format!("{found} {tag}"))))
}

/// Fetches the index from where it stands; status 304 where its tag is `tag`.
fn fetch_index(session: &mut Session, spec: &WebSpec, tag: Option<&str>) -> Result<Answer, WebError> {
    let mut last = WebError::Status(404);
    for place in PLACES {
        let mut request = WebRequest::get(spec.below(place), JSON);
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = session.send(&request, INDEX_BYTES)?;
        match answer.status {
            200 => return Ok(answer),
            304 if tag.is_some() => return Ok(answer),
            status => last = WebError::Status(status),
        }
        if !last.is_gone() {
            break;
        }
    }
    Err(last)
}

fn parse(answer: &Answer, spec: &WebSpec, bounds: &ReadBounds) -> Result<Index, SourceError> {
    let source_name = sanitise_line(spec.url().as_str(), 200);
    let index = Index::parse(&answer.body, &answer.url).map_err(|reason| SourceError::Refused {
        source_name: source_name.clone(),
        reason: sanitise_line(&reason, 200),
    })?;
    // Nothing of an index is kept beyond what any source may have.
    let limit = bounds.skills.min(super::discovery_index::MOST_ENTRIES);
    if index.count as u64 > limit {
        return Err(SourceError::TooMany { repository: source_name, what: "skills", limit });
    }
    Ok(index)
}

/// Returns the URL of a file below a folder, whose URL ends with a slash.
fn below(folder: &Url, path: &str) -> Url {
    let mut url = folder.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// Returns the URL of a file in the folder in which another one stands.
fn beside(url: &Url, path: &str) -> Url {
    let mut folder = url.clone();
    folder.set_query(None);
    folder.set_fragment(None);
    if let Ok(mut segments) = folder.path_segments_mut() {
        segments.pop().push("");
    }
    below(&folder, path)
}
