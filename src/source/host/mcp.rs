//! Skills that a server of the Model Context Protocol offers (SEP-2640).

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::mcp_call::{CallError, Server};
use super::mcp_skill::{Offered, SKILL_BYTES};
use super::trouble::{Patience, Trouble};
use crate::skill::{FileContent, Registry, Sha256Digest, SkillSource, SourceIdentity, sanitise_line};
use crate::source::gather::{Gathering, is_left_out};
use crate::source::web::Session;
use crate::source::{FoundSkill, ReadBounds, SkillStream, SourceError, SourceFailure, SourceItem, StreamEnd, WebSpec};

/// Bytes of a page of the list.
const PAGE_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of all entries of the list that are kept, by the size of their JSON.
const LIST_PAGES: usize = 1_000;
/// Bytes of a file in an answer: a third more in Base64, and what is around it.
const FILE_BODY_BYTES: u64 = SKILL_BYTES / 3 * 4 + 64 * 1024;
/// Bytes of a cursor.
const CURSOR_BYTES: usize = 4_096;

/// The skills of a server, in the order of its list.
pub(in crate::source) struct McpStream {
    server: Server,
    spec: WebSpec,
    offered: std::vec::IntoIter<Value>,
    total: u64,
    patience: Patience,
    is_ended: bool,
}

impl McpStream {
    pub(in crate::source) fn open(spec: &WebSpec, bounds: &ReadBounds) -> Result<Self, SourceError> {
        let (server, offered) = list(spec, bounds)?;
        let total = offered.len() as u64;
        let offered = offered.into_iter();
        Ok(Self { server, spec: spec.clone(), offered, total, patience: Patience::default(), is_ended: false })
    }

    fn read(&mut self, value: &Value) -> Result<FoundSkill, Trouble> {
        let mut offered = Offered::parse(value).map_err(Trouble::of_skill)?;
        if offered.files.is_none() && !offered.is_dynamic {
            let result = self.server.call("skills/get", json!({ "uri": offered.uri }), PAGE_BYTES);
            let result = result.map_err(|error| trouble(&offered.uri, &error))?;
            let again = Offered::parse(result.get("skill").unwrap_or(&Value::Null)).map_err(Trouble::of_skill)?;
            if again.uri != offered.uri {
                return Err(Trouble::of_skill("the server answers with another skill"));
            }
            offered = again;
        }
        let mut gathering = Gathering::default();
        let mut left = SKILL_BYTES;
        match &offered.files {
            Some(files) => {
                // Instructions first, so that nothing else is asked for where they are not as promised.
                let (instructions, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.path == "SKILL.md");
                for file in instructions.into_iter().chain(others) {
                    if file.path.split('/').any(|part| is_left_out(part.as_bytes())) {
                        continue;
                    }
                    let bytes = self.read_file(&file.uri, &mut left)?;
                    if file.size.is_some_and(|size| size != bytes.len() as u64) {
                        return Err(Trouble::of_skill(format!(
                            "`{}` has {} bytes, the server promises another number",
                            file.path,
                            bytes.len()
                        )));
                    }
                    let found = Sha256Digest::of(&bytes);
                    if found != file.digest {
                        return Err(Trouble::of_skill(format!(
                            "`{}` is not what the server promises: {found} is served, {} is promised",
                            file.path, file.digest
                        )));
                    }
                    if file.path == "SKILL.md" {
                        offered.check_frontmatter(&bytes).map_err(Trouble::of_skill)?;
                    }
                    if gathering.admits(&file.path, bytes.len() as u64) {
                        gathering.add(file.path.clone(), FileContent::Bytes(bytes), false);
                    }
                }
            }
            None => {
                let bytes = self.read_file(&offered.uri, &mut left)?;
                offered.check_frontmatter(&bytes).map_err(Trouble::of_skill)?;
                gathering.add("SKILL.md".to_owned(), FileContent::Bytes(bytes), false);
                gathering.leave("*", None, "the server makes the other files when it is asked for them");
            }
        }
        let identity = SourceIdentity::new(&self.spec.host(), "", self.spec.path(), &offered.folder);
        let folder_name = Some(identity.folder_name().to_owned());
        let source = SkillSource::new(identity, Registry::Mcp);
        Ok(FoundSkill { source, bundle: gathering.finish(), folder_name })
    }

    fn read_file(&mut self, uri: &str, left: &mut u64) -> Result<Vec<u8>, Trouble> {
        let result = self.server.call("resources/read", json!({ "uri": uri }), FILE_BODY_BYTES);
        let result = result.map_err(|error| trouble(uri, &error))?;
        let contents = result.get("contents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let [content] = contents else {
            return Err(Trouble::of_skill("the server answers with none or several files for one"));
        };
        let bytes = match (content.get("text"), content.get("blob")) {
            (Some(Value::String(text)), None) => Some(text.clone().into_bytes()),
            (None, Some(Value::String(blob))) => STANDARD.decode(blob).ok(),
            _ => None,
        };
        let bytes = bytes.ok_or_else(|| Trouble::of_skill("a file has neither text nor a blob in Base64"))?;
        *left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| Trouble::of_skill(format!("it has more than {SKILL_BYTES} bytes")))?;
        Ok(bytes)
    }

    fn end(&mut self, end: StreamEnd, reason: &str) -> Option<SourceItem> {
        self.is_ended = true;
        Some(SourceItem::Failure(SourceFailure::new(self.spec.url().as_str(), reason).ending_the_stream(end)))
    }
}

impl Iterator for McpStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if self.is_ended {
            return None;
        }
        if self.patience.is_over() {
            return self.end(
                StreamEnd::Interrupted,
                "the server did not answer several times in a row; the rest was not asked for",
            );
        }
        let value = self.offered.next()?;
        if self.server.is_over() {
            return self.end(StreamEnd::Stopped, "the time for this source is over; the rest was not asked for");
        }
        Some(match self.read(&value) {
            Ok(skill) => {
                self.patience.restore();
                SourceItem::Skill(Box::new(skill))
            }
            Err(trouble) => {
                let location = value.get("uri").and_then(Value::as_str).unwrap_or("a skill");
                SourceItem::Failure(self.patience.failure(location, &trouble))
            }
        })
    }
}

impl SkillStream for McpStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.total - self.offered.len() as u64, Some(self.total))
    }
}

/// Returns the digest of what the list promises; `None` where it does not promise all of it.
pub(super) fn revision(spec: &WebSpec, bounds: &ReadBounds) -> Result<Option<String>, SourceError> {
    let (_, offered) = list(spec, bounds)?;
    let mut lines = Vec::new();
    for offered in offered.iter().filter_map(|value| Offered::parse(value).ok()) {
        let Some(files) = offered.files else { return Ok(None) };
        lines.extend(files.iter().map(|file| format!("{}\0{}\n", file.uri, file.digest)));
    }
    lines.sort_unstable();
    let mut hasher = Sha256::new();
    lines.iter().for_each(|line| hasher.update(line));
    Ok(Some(Sha256Digest::from_bytes(hasher.finalize().into()).to_string()))
}

/// Lists what a server offers.
fn list(spec: &WebSpec, bounds: &ReadBounds) -> Result<(Server, Vec<Value>), SourceError> {
    let source_name = || sanitise_line(spec.url().as_str(), 200);
    let refused = |reason: &str| SourceError::Refused { source_name: source_name(), reason: reason.to_owned() };
    let failed = |error: CallError| match error {
        CallError::Web(error) => error.of_source(spec.url().as_str()),
        error if error.is_unknown_method() => refused("the server offers no skills"),
        error => refused(&error.to_string()),
    };
    let session = Session::open(spec.url(), bounds).map_err(|error| failed(CallError::Web(error)))?;
    let mut server = Server::open(session, spec.url().clone()).map_err(failed)?;
    let (mut offered, mut uris, mut cursors) = (Vec::new(), HashSet::new(), HashSet::new());
    let mut cursor: Option<String> = None;
    loop {
        let params = cursor.as_ref().map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
        let result = server.call("skills/list", params, PAGE_BYTES).map_err(failed)?;
        let page = result.get("skills").and_then(Value::as_array).ok_or_else(|| refused("its list has no skills"))?;
        for skill in page {
            let uri = skill.get("uri").and_then(Value::as_str).unwrap_or_default();
            if !uri.is_empty() && !uris.insert(uri.to_owned()) {
                return Err(refused("its list has a skill twice"));
            }
            offered.push(skill.clone());
        }
        if offered.len() as u64 > bounds.skills {
            return Err(SourceError::TooMany { repository: source_name(), what: "skills", limit: bounds.skills });
        }
        cursor = result.get("nextCursor").and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let Some(next) = &cursor else { return Ok((server, offered)) };
        if next.len() > CURSOR_BYTES || cursors.len() >= LIST_PAGES || !cursors.insert(next.clone()) {
            return Err(refused("its list does not end"));
        }
    }
}

fn trouble(what: &str, error: &CallError) -> Trouble {
    match error {
        CallError::Web(error) => Trouble::of_web(what, error),
        error => Trouble::of_skill(format!("{what}: {error}")),
    }
}
