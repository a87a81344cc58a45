//! Looks up every pin of a lockfile of which only the text is there.

use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::Value;

use super::verify_skill::verify;
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    BatchAnswer, CheckLockfileRequest, CheckLockfileResponse, ErrorCode, LockfilePin, LockfileSummary, Problem,
    VerifyQuery, VerifyRequest,
};
use crate::lockfile::{self, Entry, Lockfile, LockfileError, LockfileKind, Recorded};
use crate::recipe::Covers;
use crate::scan::{RecommendedAction, SafetyStatus};
use crate::skill::{limits, locate_source_url, sanitise_line};

/// Pins that are looked up; the rest is counted.
const PIN_LIMIT: usize = 200;
/// Pins that are looked up at once; the store reads as many.
const CONCURRENT: usize = 4;
/// Notices that are shown.
const NOTICES: usize = 20;

/// The tool `check_lockfile`.
#[derive(Debug)]
pub struct CheckLockfile;

impl Operation for CheckLockfile {
    type Request = CheckLockfileRequest;
    type Response = CheckLockfileResponse;
    const NAME: &'static str = "check_lockfile";
    const TITLE: &'static str = "Check a lockfile of skills";
    const SUMMARY: &'static str = "Audit every skill that a project pins: pass the text of touchmark.lock, skills-lock.json, .clawhub/lock.json, apm.lock.yaml, skills.lock or ~/.agents/.skill-lock.json. Free. Answers for each pin as verify_skill does, and the worst verdict. It compares records with the index, not the files on disk.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(pin_count);

    async fn run(services: &Services, request: CheckLockfileRequest) -> Result<CheckLockfileResponse, Problem> {
        let lockfile = read(&request)?;
        let total = lockfile.entries.len();
        let asked = lockfile.entries.into_iter().take(PIN_LIMIT);
        let mut answers = stream::iter(asked).map(|entry| answer(services, entry)).buffered(CONCURRENT);
        let mut pins = Vec::with_capacity(total.min(PIN_LIMIT));
        let steps = total.min(PIN_LIMIT) as u64;
        services.report("look up pins", 0, steps);
        while let Some(pin) = answers.next().await {
            pins.push(pin?);
            services.report("look up pins", pins.len() as u64, steps);
        }
        let notices = lockfile.notices.iter().take(NOTICES).map(|notice| sanitise_line(notice, 300)).collect();
        Ok(respond(lockfile.kind, total, pins, notices))
    }
}

/// Returns the words for the formats that are read.
pub fn lockfile_formats() -> [&'static str; 7] {
    LockfileKind::ALL.map(LockfileKind::as_str)
}

fn read(request: &CheckLockfileRequest) -> Result<Lockfile, Problem> {
    let kind = match &request.format {
        Some(name) => LockfileKind::from_name(name).ok_or_else(|| {
            let names = lockfile_formats().join(", ");
            Problem::invalid_request(format!("format is `{}`, expected one of {names}", sanitise_line(name, 60)))
        })?,
        None => LockfileKind::guess(&request.content).ok_or_else(|| {
            Problem::invalid_request("content is a lockfile of no format that is known; pass format if it is one")
        })?,
    };
    lockfile::parse(kind, request.content.as_bytes()).map_err(|error| {
        let reason = sanitise_line(&error.to_string(), 300);
        Problem::invalid_request(format!("content is not a lockfile of the format {}: {reason}", kind.as_str()))
    })
}

/// Counts the pins that are looked up. What cannot be read is refused anyway.
fn pin_count(request: &Value) -> u32 {
    let lockfile = CheckLockfileRequest::deserialize(request).ok().and_then(|request| read(&request).ok());
    let pins = lockfile.map_or(0, |lockfile| lockfile.entries.len().min(PIN_LIMIT));
    u32::try_from(pins).unwrap_or(u32::MAX)
}

/// Answers one entry. What the caller cannot mend ends the whole request, so that an answer
/// never says of a pin what is true of the service.
async fn answer(services: &Services, entry: Result<Entry, LockfileError>) -> Result<LockfilePin, Problem> {
    let shown = |text: &str| sanitise_line(text, limits::NAME_BYTES);
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let problem = Problem::invalid_request(sanitise_line(&error.to_string(), 300));
            let (name, key) = (String::new(), shown(error.key()));
            return Ok(LockfilePin { name, key, digest: None, answer: BatchAnswer::Error(problem.envelope()) });
        }
    };
    let digest = digest_of(&entry.recorded);
    let request = VerifyRequest {
        content_hash: digest.clone(),
        // What no index could read as a source must not make the question fail.
        source_url: entry.origin.source_url.clone().filter(|url| locate_source_url(url).is_ok()),
    };
    let outcome = match VerifyQuery::try_from(request) {
        Ok(query) => verify(services, query).await,
        Err(_) => {
            Err(Problem::invalid_request("the entry records neither a digest nor a source that can be looked up"))
        }
    };
    let answer = match outcome {
        Ok(response) => response.into(),
        Err(problem) if problem.code == ErrorCode::InvalidRequest => BatchAnswer::Error(problem.envelope()),
        Err(problem) => return Err(problem),
    };
    Ok(LockfilePin { name: shown(entry.name.as_str()), key: shown(&entry.key), digest, answer })
}

/// Returns the recorded digest that says the most: of the whole folder where there is one, else
/// of SKILL.md.
fn digest_of(recorded: &Recorded) -> Option<String> {
    match recorded {
        Recorded::Folder(digests) => {
            let whole = digests.iter().find(|digest| digest.recipe.covers() == Covers::WholeBundle);
            whole.or(digests.first()).map(|digest| digest.digest.clone())
        }
        Recorded::Files { files, .. } => {
            files.iter().find(|(path, _)| path.file_name() == "SKILL.md").map(|(_, digest)| digest.to_string())
        }
        Recorded::Nothing(_) => None,
    }
}

fn respond(kind: LockfileKind, total: usize, pins: Vec<LockfilePin>, notices: Vec<String>) -> CheckLockfileResponse {
    let mut summary = LockfileSummary {
        total: total as u64,
        omitted: total.saturating_sub(pins.len()) as u64,
        ..LockfileSummary::default()
    };
    let mut worst_status = None;
    for pin in &pins {
        match &pin.answer {
            BatchAnswer::Hit(hit) => {
                summary.matched += 1;
                summary.blocked += u64::from(hit.safety.recommended_action == RecommendedAction::Block);
                summary.changed += u64::from(hit.comparison.is_current_content() == Some(false));
                worst_status = worst_status.max(Some(hit.safety.status));
            }
            BatchAnswer::Miss(miss) => {
                summary.unknown += 1;
                if miss.block_line().is_some() {
                    summary.blocked += 1;
                    worst_status = worst_status.max(Some(SafetyStatus::Dangerous));
                }
            }
            BatchAnswer::Error(_) => summary.unreadable += 1,
        }
    }
    CheckLockfileResponse { format: kind.as_str().to_owned(), worst_status, summary, pins, notices }
}
