//! Skills of a ClawHub registry: `GET /api/v1/skills` with a cursor, `/api/v1/skills/{slug}` and
//! `/api/v1/download`, which answers with a zip archive.

use std::collections::{HashSet, VecDeque};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::trouble::{Patience, Trouble};
use crate::skill::{BundlePath, Registry, Sha256Digest, SkillSource, SourceIdentity, limits, sanitise_line};
use crate::source::archive::{ArchiveBounds, unpack};
use crate::source::lenient::{Counted, Lenient};
use crate::source::web::{Session, WebError};
use crate::source::{FoundSkill, ReadBounds, SkillStream, SourceError, SourceFailure, SourceItem, StreamEnd, WebSpec};

/// Skills that are asked for at once.
const PAGE_SKILLS: usize = 100;
/// Skills of one page that are kept, whatever the registry sends.
const KEPT: usize = 1_000;
/// Bytes of a page of the list, and of what is said of one skill.
const PAGE_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes of a cursor or a version.
const TOKEN_BYTES: usize = 2_048;
const JSON: &str = "application/json";
const ZIP: &str = "application/zip";

#[derive(Deserialize)]
struct Page {
    items: Counted<Lenient<Listed>, KEPT>,
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
}

/// A skill of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    slug: String,
    latest_version: Option<Version>,
    #[serde(default)]
    tags: Value,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// What the registry says of one skill.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    latest_version: Option<Version>,
    owner: Option<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    handle: Option<String>,
}

/// The skills of a registry, page by page.
pub(in crate::source) struct ClawHubStream {
    session: Session,
    spec: WebSpec,
    list: List,
    waiting: VecDeque<Lenient<Listed>>,
    /// Skills that were handed over or refused.
    done: u64,
    skill_limit: u64,
    patience: Patience,
    is_ended: bool,
}

/// The place in the list.
struct List {
    /// The cursor of the next page; `None` where there is no other.
    next: Option<String>,
    seen: HashSet<String>,
}

impl List {
    fn begin() -> Self {
        Self { next: Some(String::new()), seen: HashSet::new() }
    }

    /// Fetches the next page.
    fn advance(&mut self, session: &mut Session, spec: &WebSpec) -> Result<Vec<Lenient<Listed>>, Stop> {
        let Some(cursor) = self.next.take() else { return Ok(Vec::new()) };
        if !self.seen.insert(cursor.clone()) {
            return Err(Stop::Form("its list does not end: a cursor comes again".to_owned()));
        }
        let mut url = spec.below("api/v1/skills");
        url.query_pairs_mut().append_pair("limit", &PAGE_SKILLS.to_string());
        if !cursor.is_empty() {
            url.query_pairs_mut().append_pair("cursor", &cursor);
        }
        let answer = session.get(url, JSON, PAGE_BYTES).map_err(Stop::Web)?;
        let page: Page = serde_json::from_slice(&answer.body)
            .map_err(|error| Stop::Form(format!("its list cannot be read: {error}")))?;
        if page.items.count > KEPT || page.next_cursor.as_ref().is_some_and(|cursor| cursor.len() > TOKEN_BYTES) {
            return Err(Stop::Form("its list is not of the form: a page or a cursor is too long".to_owned()));
        }
        self.next = page.next_cursor.filter(|cursor| !cursor.is_empty());
        Ok(page.items.items)
    }
}

/// Why a list was not read any further.
enum Stop {
    Web(WebError),
    Form(String),
}

impl Stop {
    fn of_source(self, spec: &WebSpec) -> SourceError {
        match self {
            Self::Web(error) => error.of_source(spec.url().as_str()),
            Self::Form(reason) => SourceError::Refused {
                source_name: sanitise_line(spec.url().as_str(), 200),
                reason: sanitise_line(&reason, 200),
            },
        }
    }

    /// A host that answers with nonsense will do so again.
    fn end(&self) -> StreamEnd {
        match self {
            Self::Web(error) if error.is_passing() => StreamEnd::Interrupted,
            Self::Web(_) | Self::Form(_) => StreamEnd::Stopped,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Web(error) => format!("its list cannot be read any further: {error}"),
            Self::Form(reason) => reason.clone(),
        }
    }
}

impl ClawHubStream {
    pub(in crate::source) fn open(spec: &WebSpec, bounds: &ReadBounds) -> Result<Self, SourceError> {
        let mut session = Session::open(spec.url(), bounds).map_err(|error| Stop::Web(error).of_source(spec))?;
        let mut list = List::begin();
        // The first page here, so that a host that is no registry fails as a whole.
        let waiting = list.advance(&mut session, spec).map_err(|stop| stop.of_source(spec))?;
        Ok(Self {
            session,
            spec: spec.clone(),
            list,
            waiting: waiting.into(),
            done: 0,
            skill_limit: bounds.skills.min(limits::SOURCE_SKILLS as u64),
            patience: Patience::default(),
            is_ended: false,
        })
    }

    fn read(&mut self, listed: &Listed) -> Result<FoundSkill, Trouble> {
        if !is_part(&listed.slug) {
            return Err(Trouble::of_skill("its slug is not one part of a path"));
        }
        let mut url = self.spec.below("api/v1/skills");
        push(&mut url, &listed.slug);
        let answer =
            self.session.get(url, JSON, PAGE_BYTES).map_err(|error| Trouble::of_web("what is known of it", &error))?;
        let detail: Detail = serde_json::from_slice(&answer.body)
            .map_err(|error| Trouble::of_skill(format!("what is known of it cannot be read: {error}")))?;
        let version =
            detail.latest_version.as_ref().map(|latest| latest.version.clone()).or_else(|| version_of(listed));
        let version = version.filter(|version| !version.is_empty() && version.len() <= TOKEN_BYTES);
        let version = version.ok_or_else(|| Trouble::of_skill("the registry names no version of it"))?;
        let mut url = self.spec.below("api/v1/download");
        url.query_pairs_mut().append_pair("slug", &listed.slug).append_pair("version", &version);
        let packed =
            self.session.get(url, ZIP, limits::BUNDLE_BYTES).map_err(|error| Trouble::of_web("its archive", &error))?;
        let unpacked = unpack(packed.body.as_slice(), ArchiveBounds::SKILL)
            .map_err(|error| Trouble::of_skill(format!("the archive is not taken: {error}")))?;
        let skills = unpacked.skills();
        let root = skills.iter().find(|(folder, _)| folder.is_empty());
        let (folder, file_name) = root.ok_or_else(|| Trouble::of_skill("the archive has no SKILL.md at its root"))?;
        let bundle = unpacked.bundle(folder, file_name).map_err(Trouble::of_skill)?;
        let owner = detail.owner.and_then(|owner| owner.handle).filter(|handle| is_part(handle)).unwrap_or_default();
        let identity = SourceIdentity::new(&self.spec.host(), &owner, &listed.slug, "");
        let mut source = SkillSource::new(identity, Registry::Clawhub);
        source.file_name.clone_from(file_name);
        source.reference = Some(version);
        Ok(FoundSkill { source, bundle, folder_name: Some(listed.slug.clone()) })
    }

    fn end(&mut self, end: StreamEnd, reason: &str) -> Option<SourceItem> {
        self.is_ended = true;
        Some(SourceItem::Failure(SourceFailure::new(self.spec.url().as_str(), reason).ending_the_stream(end)))
    }
}

impl Iterator for ClawHubStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if self.is_ended {
            return None;
        }
        if self.patience.is_over() {
            return self.end(
                StreamEnd::Interrupted,
                "the registry did not answer several times in a row; the rest was not asked for",
            );
        }
        while self.waiting.is_empty() && self.list.next.is_some() {
            match self.list.advance(&mut self.session, &self.spec) {
                Ok(page) => self.waiting.extend(page),
                Err(stop) => return self.end(stop.end(), &stop.reason()),
            }
        }
        let listed = self.waiting.pop_front()?;
        if self.session.is_over() {
            return self.end(StreamEnd::Stopped, "the time for this source is over; the rest was not asked for");
        }
        if self.done >= self.skill_limit {
            let reason = format!("the registry has more than {} skills; the rest was not read", self.skill_limit);
            return self.end(StreamEnd::Stopped, &reason);
        }
        self.done += 1;
        let Some(listed) = listed.read() else {
            let location = format!("skill {}", self.done);
            return Some(SourceItem::Failure(SourceFailure::new(&location, "the entry is not of the form")));
        };
        Some(match self.read(&listed) {
            Ok(skill) => {
                self.patience.restore();
                SourceItem::Skill(Box::new(skill))
            }
            Err(trouble) => SourceItem::Failure(self.patience.failure(&listed.slug, &trouble)),
        })
    }
}

impl SkillStream for ClawHubStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.done, None)
    }
}

/// Returns the digest of the names and versions in the list; `None` where a version is not in it.
pub(super) fn revision(spec: &WebSpec, bounds: &ReadBounds) -> Result<Option<String>, SourceError> {
    let mut session = Session::open(spec.url(), bounds).map_err(|error| Stop::Web(error).of_source(spec))?;
    let (mut list, mut lines) = (List::begin(), Vec::new());
    while list.next.is_some() {
        let page = list.advance(&mut session, spec).map_err(|stop| stop.of_source(spec))?;
        for listed in page.into_iter().filter_map(Lenient::read) {
            let Some(version) = version_of(&listed) else { return Ok(None) };
            lines.push(format!("{}\0{version}\n", listed.slug));
        }
        if lines.len() as u64 > bounds.skills.min(limits::SOURCE_SKILLS as u64) {
            return Ok(None);
        }
    }
    // The order of a list by popularity changes all the time.
    lines.sort_unstable();
    let mut hasher = Sha256::new();
    lines.iter().for_each(|line| hasher.update(line));
    Ok(Some(Sha256Digest::from_bytes(hasher.finalize().into()).to_string()))
}

fn version_of(listed: &Listed) -> Option<String> {
    let tagged = || listed.tags.get("latest").and_then(Value::as_str).map(str::to_owned);
    listed.latest_version.as_ref().map(|latest| latest.version.clone()).or_else(tagged)
}

fn is_part(text: &str) -> bool {
    !text.contains('/') && BundlePath::try_from(text).is_ok()
}

fn push(url: &mut Url, part: &str) {
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(part);
    }
}
