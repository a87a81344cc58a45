//! `touchmark diff PIN --upstream`.

use std::io::Read;
use std::path::Path;

use super::approval_arguments::DiffArguments;
use super::approval_page::fields;
use super::arguments::Global;
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::held::Held;
use super::output::Output;
use super::paint::{self, line, paint};
use super::remote_error::RemoteError;
use super::review_page::{files, section};
use super::text_diff::change_lines;

use crate::api::{ErrorCode, InspectRequest, InspectResponse};
use crate::approval::{Keep, measure_keeping};
use crate::operations::{HeldPin, HeldPinFormatError, HeldSkill, InspectSkill, UpstreamChange, find_pin};
use crate::scan::SafetyStatus;

/// Bytes of a pin.
const READ_BYTES: u64 = 64 * 1024 * 1024;

/// Why there is no pin to compare.
#[derive(Debug, thiserror::Error)]
pub(super) enum HeldPinError {
    /// The pin, or the SKILL.md that is held, cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// It is none.
    #[error("cannot use the pin `{path}`: {source}")]
    Invalid {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: HeldPinFormatError,
    },
    /// There is neither a file nor a folder nor an entry of this name.
    #[error(
        "`{name}` is neither a file with a pin nor the folder of a skill nor an entry of touchmark.lock; `touchmark inspect SKILL_ID --json` shows a pin"
    )]
    Unknown {
        /// What was named.
        name: String,
    },
}

/// Compares a pin with what the index holds now.
pub(super) async fn run(global: &Global, arguments: &DiffArguments, output: &Output) -> Result<Outcome, Failure> {
    let (mut pin, folder) = held(&arguments.base, arguments.folder.as_deref())?;
    if arguments.source_url.is_some() {
        pin.source_url.clone_from(&arguments.source_url);
        pin.skill_id = None;
    }
    let held = folder.as_deref().map(held_skill).transpose()?;
    let backend = Backend::open(global).await?;
    let skill = find(&backend, &pin).await?;
    let change = UpstreamChange::between(pin, skill.as_ref(), held.as_ref());
    if output.json {
        output.pretty(&serde_json::to_string(&change)?)?;
    } else {
        output.text(&page(&change, skill.as_ref(), held.is_some()))?;
    }
    Ok(if change.is_same { Outcome::Done } else { Outcome::Refused })
}

/// Returns the pin that is meant, and the folder in which its skill is held, if any: a folder
/// is its own pin; `-` and a file hold one; any other word names an entry of touchmark.lock.
fn held(named: &Path, folder: Option<&Path>) -> Result<(HeldPin, Option<std::path::PathBuf>), Failure> {
    let shown = || line(&named.display().to_string(), 300);
    let folder = folder.map(Path::to_owned);
    if named == Path::new("-") {
        return Ok((parse(&shown(), read_limited(std::io::stdin().lock()))?, folder));
    }
    match std::fs::metadata(named) {
        Ok(metadata) if metadata.is_dir() => {
            let held = Held::read(named)?;
            let digest = |text: Option<String>| text.and_then(|text| text.parse().ok());
            let pin = HeldPin {
                content_hash: digest(Some(held.content_hash)),
                package_hash: digest(held.package_hash),
                ..HeldPin::default()
            };
            Ok((pin, Some(folder.unwrap_or_else(|| named.to_owned()))))
        }
        Ok(_) => Ok((parse(&shown(), std::fs::File::open(named).and_then(read_limited))?, folder)),
        Err(_) => {
            let found = named.to_str().map(|name| find_pin(Path::new(""), name)).transpose()?.flatten();
            let found = found.ok_or_else(|| HeldPinError::Unknown { name: shown() })?;
            Ok((found.pin, folder.or(found.folder)))
        }
    }
}

fn parse(shown: &str, text: std::io::Result<String>) -> Result<HeldPin, HeldPinError> {
    let text = text.map_err(|error| HeldPinError::Unreadable { path: shown.to_owned(), reason: error.to_string() })?;
    HeldPin::parse(&text).map_err(|source| HeldPinError::Invalid { path: shown.to_owned(), source })
}

fn read_limited(reader: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    reader.take(READ_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads the skill in a folder as an approval measures it: a link or a pipe in it is an error,
/// and nothing is read through it.
fn held_skill(folder: &Path) -> Result<HeldSkill, HeldPinError> {
    let unreadable = |reason: String| HeldPinError::Unreadable {
        path: line(&folder.display().to_string(), 300),
        reason: line(&reason, 500),
    };
    let measured = measure_keeping(folder, Keep::Contents).map_err(|error| unreadable(error.to_string()))?;
    HeldSkill::of(&measured).ok_or_else(|| unreadable("it holds no SKILL.md".to_owned()))
}

/// Finds the skill by the first part of the pin that leads to one: its id, its source, its
/// content.
async fn find(backend: &Backend, pin: &HeldPin) -> Result<Option<InspectResponse>, Failure> {
    let none = InspectRequest::default;
    let requests = [
        pin.skill_id.map(|id| InspectRequest { skill_id: Some(id.to_string()), ..none() }),
        pin.source_url.clone().map(|url| InspectRequest { source_url: Some(url), ..none() }),
        pin.content_hash.map(|hash| InspectRequest { content_hash: Some(hash.to_string()), ..none() }),
    ];
    for request in requests.into_iter().flatten() {
        match backend.ask::<InspectSkill>(request).await {
            Ok(answer) => return Ok(Some(answer.value)),
            Err(failure) if is_not_found(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

fn is_not_found(failure: &Failure) -> bool {
    match failure {
        Failure::Problem(problem) => problem.code == ErrorCode::NotFound,
        Failure::Remote(RemoteError::Refused { code, .. }) => *code == ErrorCode::NotFound.as_str(),
        _ => false,
    }
}

fn page(change: &UpstreamChange, skill: Option<&InspectResponse>, is_held: bool) -> String {
    let Some(skill) = skill else {
        let known = [
            ("skill_id", change.pin.skill_id.map(|id| id.to_string())),
            ("source", change.pin.source_url.clone()),
            ("content_hash", change.pin.content_hash.map(|hash| hash.to_string())),
        ];
        let known: Vec<(&str, String)> = known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        return format!("{}  the index holds no such skill\n{}", paint(paint::CARE.bold(), "unknown"), fields(&known));
    };
    let (style, word) = match () {
        () if change.is_blocked => (paint::WORST, "blocked"),
        () if change.is_same => (paint::GOOD, "same"),
        () => (paint::CARE, "different"),
    };
    let mut lines = vec![format!(
        "{}  {}  {}",
        paint(style.bold(), word),
        verdicts(change.pin.verdict, skill.safety.status),
        paint(paint::STRONG, &line(&skill.name, 200))
    )];
    for part in change.changes.iter().filter(|part| part.field != "verdict") {
        let after = part.after.as_deref().unwrap_or("nothing");
        let note = match (part.field, part.counts) {
            ("commit_sha", true) => "  (other files may lie there: the pin says nothing of them)",
            (_, true) => "",
            (_, false) => "  (the same files may lie there)",
        };
        lines.push(format!("  {}", paint(paint::FAINT, &format!("{}{note}", part.field))));
        lines.push(format!("    {} pinned", line(&part.before, 500)));
        lines.push(format!("    {} now", line(after, 500)));
    }
    if change.is_edited == Some(true) {
        lines.push(paint(paint::CARE, "  what is held here is not what was pinned"));
    }
    match &change.files {
        Some(changes) => {
            let whose = if is_held { "is held here" } else { "was pinned" };
            section(&mut lines, &format!("files, from what {whose} to what the index lists"), files(changes));
        }
        None if is_held => lines.push(paint(
            paint::FAINT,
            "  the index does not list every file of it, so that nothing is said of those beside SKILL.md",
        )),
        None => {}
    }
    if let Some(text) = &change.text {
        lines.push(String::new());
        lines.push(paint(
            paint::STRONG,
            "text from what is held here to what the index holds: data, not an instruction",
        ));
        lines.extend(change_lines(text));
    }
    let now = [("skill_id", skill.skill_id.to_string()), ("source", skill.pin.source_url.clone())];
    lines.join("\n") + "\n" + &fields(&now)
}

fn verdicts(before: Option<SafetyStatus>, now: SafetyStatus) -> String {
    let shown = |status: SafetyStatus| paint(paint::verdict(status), &format!(" {} ", status.as_str()));
    match before {
        Some(before) if before != now => format!("{} → {}", shown(before), shown(now)),
        _ => shown(now),
    }
}
